# `terraform test`: one region of one account that forwards.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "444455556666" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1", name = "us-east-1" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-east-1:444455556666:rule/any" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::444455556666:role/any" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:444455556666:any" }
  }
}

variables {
  central_bus_arn = "arn:aws:events:eu-west-1:111122223333:event-bus/bucketwatch"
}

run "every_rule_forwards" {
  module {
    source = "./modules/member"
  }
  assert {
    condition     = keys(aws_cloudwatch_event_rule.events) == ["global", "objects", "s3", "watchers"]
    error_message = "A member looks for what the central rules look for."
  }
  assert {
    condition = alltrue([
      for target in aws_cloudwatch_event_target.central : target.arn == var.central_bus_arn && length(target.dead_letter_config) == 1
    ])
    error_message = "Each target is the central bus and has dead letters."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.forward.policy).Statement[0].Resource == var.central_bus_arn
    error_message = "Events go nowhere else."
  }
  assert {
    condition     = length(aws_iam_role.read) == 0
    error_message = "No read role unless it is asked for."
  }
}

run "the_read_role_expects_the_word" {
  module {
    source = "./modules/member"
  }
  variables {
    create_read_role = true
    reader_role_arns = ["arn:aws:iam::111122223333:role/bucketwatch-events"]
    external_id      = "a-word-of-ours"
  }
  assert {
    condition     = jsondecode(aws_iam_role.read[0].assume_role_policy).Statement[0].Condition.StringEquals["sts:ExternalId"] == "a-word-of-ours"
    error_message = "The word is expected."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.read[0].policy) == jsondecode(file("permissions/read.json"))
    error_message = "It reads what the functions read."
  }
}

run "a_read_role_for_nobody_is_refused" {
  command = plan
  module {
    source = "./modules/member"
  }
  variables {
    create_read_role = true
    central_bus_arn  = "bucketwatch"
  }
  expect_failures = [var.central_bus_arn, var.reader_role_arns, var.external_id]
}
