# `terraform test`: the plan of the module, by what it promises, without AWS.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1", name = "eu-west-1" }
  }
  mock_resource "aws_cloudwatch_event_bus" {
    defaults = { arn = "arn:aws:events:eu-west-1:111122223333:event-bus/bucketwatch" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-1:111122223333:rule/any" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:any" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/bucketwatch" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/any" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:111122223333:function:any" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::bucketwatch-trail-any" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:111122223333:bucketwatch" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:111122223333:any", url = "https://sqs.eu-west-1.amazonaws.com/111122223333/any" }
  }
  mock_resource "aws_ssm_parameter" {
    defaults = { arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/any" }
  }
}

variables {
  package = "tests/package.txt"
}

run "nothing_but_a_package_is_needed" {
  assert {
    condition     = aws_lambda_function.bucketwatch["events"].timeout == 30 && aws_lambda_function.bucketwatch["reconcile"].timeout == 900
    error_message = "Events have 30 seconds, the reconcile scan 900."
  }
  assert {
    condition     = aws_lambda_function.bucketwatch["reconcile"].reserved_concurrent_executions == 1
    error_message = "Two scans never run beside each other."
  }
  assert {
    condition     = aws_lambda_function.bucketwatch["events"].environment[0].variables["BUCKETWATCH_STATE"] == "dynamodb://bucketwatch?region=eu-west-1"
    error_message = "The state is the table."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.queue.function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.queue.batch_size == 10
    error_message = "One bad event does not return its batch."
  }
  assert {
    condition     = aws_sqs_queue.events.visibility_timeout_seconds >= 6 * aws_lambda_function.bucketwatch["events"].timeout
    error_message = "A message stays hidden while it is handled."
  }
  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.queue : length(target.dead_letter_config) == 1])
    error_message = "Each target of a rule has dead letters."
  }
  assert {
    condition     = keys(aws_scheduler_schedule.beat) == ["reconcile", "self-check", "tick"]
    error_message = "Three schedules."
  }
  assert {
    condition     = jsondecode(aws_scheduler_schedule.beat["tick"].target[0].input) == { bucketwatch = "tick" }
    error_message = "A schedule says which it is."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.heartbeat["events"].treat_missing_data == "breaching"
    error_message = "Silence is an alarm."
  }
  assert {
    condition     = length(aws_cloudtrail.trail) == 0 && length(aws_iam_role.remediation) == 0 && length(aws_cloudwatch_event_bus.central) == 0
    error_message = "Trail, remediation and central bus are off unless they are asked for."
  }
  assert {
    condition     = aws_dynamodb_table.state[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.state[0].deletion_protection_enabled
    error_message = "The table is kept."
  }
}

run "roles_read_and_change_no_bucket" {
  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_role_policy.read["events"].policy).Statement :
      [for action in statement.Action : can(regex("^(s3|s3tables|s3express):(Get|List)", action))]
    ]))
    error_message = "The functions only read of S3."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.queue.policy).Statement[0].Resource == aws_sqs_queue.events.arn
    error_message = "Messages are taken off one queue."
  }
  assert {
    condition     = length(aws_iam_role_policy.accounts) == 0
    error_message = "Without an organization no role is assumed."
  }
}

run "stateless_has_no_table_and_nothing_that_needs_one" {
  variables {
    stateless = true
    emails    = ["ops@example.org"]
  }
  assert {
    condition     = length(aws_dynamodb_table.state) == 0 && length(aws_iam_role_policy.state) == 0
    error_message = "No table."
  }
  assert {
    condition     = aws_lambda_function.bucketwatch["events"].environment[0].variables["BUCKETWATCH_STATE"] == "memory:"
    error_message = "The state is forgotten."
  }
  assert {
    condition     = keys(aws_scheduler_schedule.beat) == ["self-check"] && keys(aws_cloudwatch_metric_alarm.heartbeat) == ["events"]
    error_message = "Nothing is planned, so nothing ticks."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["ops@example.org"].protocol == "email"
    error_message = "Notices go out by mail."
  }
}

run "an_organization_forwards_to_the_central_bus" {
  variables {
    central_bus     = true
    organization_id = "o-a1b2c3d4e5"
    external_id     = "a-word-of-ours"
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_bus_policy.organization[0].policy).Statement[0].Condition.StringEquals["aws:PrincipalOrgID"] == "o-a1b2c3d4e5"
    error_message = "Only the organization forwards."
  }
  assert {
    condition     = length([for rule in aws_cloudwatch_event_rule.events : rule if rule.event_bus_name == "bucketwatch"]) == length(local.patterns)
    error_message = "The central bus has every rule that the default bus has."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.accounts["events"].policy).Statement[0].Resource == "arn:aws:iam::*:role/bucketwatch-read"
    error_message = "One role of each account may be assumed."
  }
  assert {
    condition     = aws_lambda_function.bucketwatch["events"].environment[0].variables["BUCKETWATCH_EXTERNAL_ID"] == "a-word-of-ours"
    error_message = "The functions know the word."
  }
}

run "a_trail_has_a_bucket_that_nobody_else_reads" {
  variables {
    create_trail      = true
    trail_object_acls = true
  }
  assert {
    condition     = aws_cloudtrail.trail[0].is_multi_region_trail && aws_cloudtrail.trail[0].enable_log_file_validation
    error_message = "The trail is of all regions and its files are validated."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.trail[0].block_public_acls, aws_s3_bucket_public_access_block.trail[0].block_public_policy,
      aws_s3_bucket_public_access_block.trail[0].ignore_public_acls, aws_s3_bucket_public_access_block.trail[0].restrict_public_buckets,
    ])
    error_message = "Every block is on."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.trail[0].policy).Statement :
      statement.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:eu-west-1:111122223333:trail/bucketwatch"
      if statement.Effect == "Allow"
    ])
    error_message = "Only this trail writes."
  }
  assert {
    condition     = length(aws_cloudtrail.trail[0].advanced_event_selector) == 2
    error_message = "Management events, and the ACLs of objects."
  }
}

run "china_has_its_own_arns" {
  variables {
    central_bus            = true
    create_trail           = true
    organization_id        = "o-a1b2c3d4e5"
    external_id            = "word"
    remediation_principals = ["arn:aws-cn:iam::111122223333:role/closer"]
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }
  assert {
    condition     = startswith(jsondecode(aws_iam_role_policy.accounts["events"].policy).Statement[0].Resource, "arn:aws-cn:")
    error_message = "The role to assume is of the partition."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.remediation[0].policy).Statement : startswith(statement.Resource, "arn:aws-cn:")
    ])
    error_message = "What may be closed is of the partition."
  }
  assert {
    condition     = startswith(local.trail_arn, "arn:aws-cn:")
    error_message = "The trail is of the partition."
  }
}

run "remediation_trusts_who_is_named" {
  variables {
    remediation_principals = ["arn:aws:iam::111122223333:role/closer"]
  }
  assert {
    condition     = jsondecode(aws_iam_role.remediation[0].assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::111122223333:role/closer"]
    error_message = "Nobody else."
  }
}

run "a_configuration_is_kept_as_a_parameter" {
  variables {
    configuration     = "[[notify.slack]]\nurl = { secretsmanager = \"hooks\" }\n"
    additional_policy = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
  }
  assert {
    condition     = aws_lambda_function.bucketwatch["reconcile"].environment[0].variables["BUCKETWATCH_CONFIG_PARAMETER"] == aws_ssm_parameter.configuration[0].name
    error_message = "Both functions read it."
  }
  assert {
    condition     = keys(aws_iam_role_policy.configuration) == ["events", "reconcile"]
    error_message = "Both may read it."
  }
}

run "a_small_quota_reserves_nothing" {
  variables {
    reserved_concurrency = -1
  }
  assert {
    condition     = alltrue([for function in aws_lambda_function.bucketwatch : function.reserved_concurrent_executions == -1])
    error_message = "Nothing is reserved."
  }
}

run "an_own_key_encrypts_everything" {
  variables {
    kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    create_trail = true
  }
  assert {
    condition = alltrue([
      for key in concat(
        [for queue in [aws_sqs_queue.events, aws_sqs_queue.dead, aws_sqs_queue.undelivered] : queue.kms_master_key_id],
        [for group in aws_cloudwatch_log_group.function : group.kms_key_id],
        [for function in aws_lambda_function.bucketwatch : function.kms_key_arn],
        [for beat in aws_scheduler_schedule.beat : beat.kms_key_arn],
        [aws_sns_topic.notices.kms_master_key_id, aws_cloudtrail.trail[0].kms_key_id],
        [aws_dynamodb_table.state[0].server_side_encryption[0].kms_key_arn],
      ) : key == var.kms_key_arn
    ])
    error_message = "One key for all."
  }
  assert {
    condition     = keys(aws_iam_role_policy.key) == ["events", "reconcile"]
    error_message = "The functions may use it."
  }
}

run "wrong_values_are_refused" {
  command = plan
  variables {
    name                 = "Bucket Watch"
    emails               = ["nobody"]
    alert_on             = ["exploded"]
    architecture         = "riscv"
    organization_id      = "acme"
    reserved_concurrency = 1
    trail_object_acls    = true
    kms_key_arn          = "alias/mine"
  }
  expect_failures = [
    var.name, var.emails, var.alert_on, var.architecture, var.organization_id, var.reserved_concurrency,
    var.trail_object_acls, var.kms_key_arn,
  ]
}

run "an_organization_without_a_word_is_refused" {
  command = plan
  variables {
    central_bus     = true
    organization_id = "o-a1b2c3d4e5"
  }
  expect_failures = [var.external_id]
}
