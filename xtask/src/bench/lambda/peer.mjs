// A function in JavaScript that does Henry's job, for comparison: of an event that gives a bucket a public ACL, told by
// the request alone, it publishes who did it to a topic. No SDK, so that nothing but the job is measured.
import crypto from "node:crypto";
import http from "node:http";

const { env } = process;
const agent = new http.Agent({ keepAlive: true });
const EVERYBODY = /groups\/global\/(AllUsers|AuthenticatedUsers)/;

function send(url, options, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, ...options }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const hash = (text) => crypto.createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => crypto.createHmac("sha256", key).update(text).digest();

function publish(subject, message) {
  const url = new URL(env.AWS_ENDPOINT_URL_SNS);
  const body = new URLSearchParams({
    Action: "Publish", Version: "2010-03-31", TopicArn: env.BUCKETWATCH_SNS_TOPIC_ARN, Subject: subject, Message: message,
  }).toString();
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${env.AWS_REGION}/sns/aws4_request`;
  const canonical = `POST\n/\n\nhost:${url.host}\nx-amz-date:${time}\n\nhost;x-amz-date\n${hash(body)}`;
  const key = ["aws4_request"].reduce(hmac,
    hmac(hmac(hmac(`AWS4${env.AWS_SECRET_ACCESS_KEY}`, time.slice(0, 8)), env.AWS_REGION), "sns"));
  const signature = crypto.createHmac("sha256", key)
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`).digest("hex");
  return send(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body), "x-amz-date": time,
      authorization: `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=host;x-amz-date, ` +
        `Signature=${signature}`,
    },
  }, body);
}

async function handle({ detail }) {
  const request = detail.requestParameters ?? {};
  const grants = [request.accessControlList, request.AccessControlPolicy].filter(Boolean).map((acl) => JSON.stringify(acl));
  const canned = [request["x-amz-acl"]].flat();
  if (detail.errorCode || !(canned.some((acl) => /^public-/.test(acl ?? "")) || grants.some((text) => EVERYBODY.test(text)))) {
    return false;
  }
  const who = detail.userIdentity?.arn ?? detail.userIdentity?.type;
  await publish(`Bucket ${request.bucketName} is public`,
    `${request.bucketName} was made public by ${who} with ${detail.userAgent} from ${detail.sourceIPAddress}`);
  return true;
}

async function handleAll(payload) {
  const events = payload.Records?.map((record) => JSON.parse(record.body)) ?? [payload];
  await Promise.all(events.map(handle));
  return { batchItemFailures: [] };
}

const runtime = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;
for (;;) {
  const { headers, body } = await send(`${runtime}next`, {});
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    const answer = JSON.stringify(await handleAll(JSON.parse(body)));
    await send(`${runtime}${id}/response`, { method: "POST", headers: { "content-length": answer.length } }, answer);
  } catch (error) {
    const answer = JSON.stringify({ errorMessage: String(error) });
    await send(`${runtime}${id}/error`, { method: "POST", headers: { "content-length": Buffer.byteLength(answer) } }, answer);
  }
}
