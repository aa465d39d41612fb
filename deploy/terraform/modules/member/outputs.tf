output "read_role_arn" {
  description = "The role by which this account is read; null without create_read_role."
  value       = one(aws_iam_role.read[*].arn)
}

output "rule_names" {
  description = "The rules of this region, for `bucketwatch doctor`."
  value       = [for rule in aws_cloudwatch_event_rule.events : rule.name]
}

output "undelivered_queue_url" {
  description = "What could not be forwarded."
  value       = aws_sqs_queue.undelivered.url
}
