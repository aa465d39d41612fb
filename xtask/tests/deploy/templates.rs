//! CloudFormation's templates say what Terraform's module says.

use serde_json::{Value, json};

use crate::emulators::environment;
use crate::judge;
use crate::patterns::patterns;
use crate::{json as document, root};

/// Gives the central template and the members', or says which test is skipped.
fn templates(test: &str) -> Option<[Value; 2]> {
    let environment = environment(test)?;
    let path = |name: &str| root().join("deploy/cloudformation").join(name);
    let read = judge::ask(&environment, "yaml", &json!([path("template.yaml"), path("member.yaml")]));
    Some(serde_json::from_value(read).unwrap())
}

#[test]
fn templates_have_the_patterns_of_the_module() {
    let Some(templates) = templates("templates_have_the_patterns_of_the_module") else { return };
    for template in &templates {
        for (name, rule) in [
            ("s3", "S3Rule"),
            ("objects", "ObjectsRule"),
            ("global", "GlobalRule"),
            ("watchers", "WatchersRule"),
        ] {
            let pattern = &template["Resources"][rule]["Properties"]["EventPattern"];
            assert_eq!(pattern.as_object(), patterns().get(name), "{rule}");
        }
        assert_eq!(patterns().len(), 4);
    }
}

#[test]
fn templates_may_read_what_the_module_may_read() {
    let Some(templates) = templates("templates_may_read_what_the_module_may_read") else { return };
    for template in &templates {
        let policy = &template["Resources"]["Read"]["Properties"]["PolicyDocument"];
        assert_eq!(policy, &document("deploy/terraform/permissions/read.json"));
    }
}

#[test]
fn the_function_may_look_at_itself_as_the_module_s_may() {
    let Some([template, _]) = templates("the_function_may_look_at_itself_as_the_module_s_may") else {
        return;
    };
    let policy = &template["Resources"]["Check"]["Properties"]["PolicyDocument"];
    assert_eq!(policy, &document("deploy/terraform/permissions/check.json"));
}

#[test]
fn the_template_sets_the_variables_of_the_module() {
    let Some([template, _]) = templates("the_template_sets_the_variables_of_the_module") else { return };
    let variables = template["Globals"]["Function"]["Environment"]["Variables"].as_object().unwrap();
    let module = std::fs::read_to_string(root().join("deploy/terraform/function.tf")).unwrap();
    for name in variables.keys() {
        assert!(module.contains(name.as_str()), "{name} is set by the template and not by the module");
    }
    let named = module.matches("BUCKETWATCH_").count();
    assert_eq!(named, variables.len(), "the module sets a variable that the template does not");
}

#[test]
fn every_resource_of_the_template_works_in_every_partition() {
    let Some(templates) = templates("every_resource_of_the_template_works_in_every_partition") else {
        return;
    };
    for template in &templates {
        assert!(
            !template["Resources"].to_string().contains("arn:aws:"),
            "an ARN names the commercial partition"
        );
    }
}
