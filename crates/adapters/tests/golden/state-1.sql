INSERT INTO run VALUES ('r', 'host:r', 1795000000123456789, 1795000060123456789, 1795000009123456789, 'deadline', '{"buckets":0,"undetermined":0,"objects_unchecked":0,"calls":0,"retries":0}');
INSERT INTO account VALUES ('123456789012', 1, 'aws', 1795000000123456789, '{"account":null}', 1, 0, 1795000000123456789, NULL, NULL);
INSERT INTO bucket VALUES (1, '123456789012', 'b', 1, 'eu-west-1', 1, 1795000001123456789, 1795000003123456789, NULL, 1, 1, 1795000003123456789, NULL, 0, 1, 'unchecked', 1795000002123456789, '{"exposures":[],"verdict":"public"}', 2, 1795000001123456789, '{"verdict":"not_public","complete":true}', '{"exposures":[],"verdict":"not_public"}');
INSERT INTO policy VALUES ('f7511ca9578386894de0d08ded8ccb6e1ef2cf9ad5c5cd3b198a410490656596', '{"Statement": []}
');
INSERT INTO facet VALUES (1, 'access_points', 1795000002123456789, '{"access_points":[{"name":"a","policy":{"policy_sha256":"f7511ca9578386894de0d08ded8ccb6e1ef2cf9ad5c5cd3b198a410490656596"}}]}');
INSERT INTO facet VALUES (1, 'configuration', 1795000002123456789, '{"acl":null,"policy":{"policy_sha256":"f7511ca9578386894de0d08ded8ccb6e1ef2cf9ad5c5cd3b198a410490656596"}}');
INSERT INTO facet VALUES (1, 'objects', 1795000002123456789, '{"object_acls":[]}');
INSERT INTO facet_policy VALUES (1, 'access_points', 'f7511ca9578386894de0d08ded8ccb6e1ef2cf9ad5c5cd3b198a410490656596');
INSERT INTO facet_policy VALUES (1, 'configuration', 'f7511ca9578386894de0d08ded8ccb6e1ef2cf9ad5c5cd3b198a410490656596');
INSERT INTO transition VALUES (1, 't', '123456789012', 'b', 'r', '{"id":"t","at":"2026-11-18T11:06:44.123456789Z","bucket":"b","account":"123456789012","region":null,"kind":"opened","inner":null,"before":null,"after":{"exposures":[],"verdict":"public"},"cause":{"type":"scan","run":"r"},"group_key":"r"}');
INSERT INTO notice VALUES (1, 'n', 1795000004123456789, '{"id":"n","at":"2026-11-18T11:06:44.123456789Z","body":{"type":"transitions","transitions":[{"id":"n","at":"2026-11-18T11:06:44.123456789Z","bucket":"b","account":"123456789012","region":null,"kind":"opened","inner":null,"before":null,"after":{"exposures":[],"verdict":"public"},"cause":{"type":"scan","run":"r"},"group_key":"r"}]},"group_key":"r"}');
INSERT INTO delivery VALUES ('log', 1, 1795000004123456789, 1795000004123456789, 0, NULL, 0, NULL, NULL);
