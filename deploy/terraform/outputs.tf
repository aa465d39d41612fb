output "central_bus_arn" {
  description = "Where modules/member forwards to; null without central_bus."
  value       = one(aws_cloudwatch_event_bus.central[*].arn)
}

output "function_names" {
  description = "The functions, by what they are for: events and reconcile."
  value       = { for key, function in aws_lambda_function.bucketwatch : key => function.function_name }
}

output "function_role_arns" {
  description = "The roles of the functions, whom the read roles of other accounts trust."
  value       = [for role in aws_iam_role.function : role.arn]
}

output "queue_url" {
  description = "The queue of events, for a test event or `bucketwatch doctor`."
  value       = aws_sqs_queue.events.url
}

output "dead_letter_queue_urls" {
  description = "What could not be handled, and what could not be handed over."
  value       = [aws_sqs_queue.dead.url, aws_sqs_queue.undelivered.url]
}

output "state" {
  description = "The state, as `--state` and BUCKETWATCH_STATE take it."
  value       = local.state
}

output "topic_arn" {
  description = "The topic of notices and alarms."
  value       = aws_sns_topic.notices.arn
}

output "rule_names" {
  description = "The rules, for `bucketwatch doctor`."
  value       = [for rule in aws_cloudwatch_event_rule.events : rule.name]
}

output "remediation_role_arn" {
  description = "The role that may close buckets; null unless somebody may assume it."
  value       = one(aws_iam_role.remediation[*].arn)
}
