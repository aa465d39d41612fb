# One region of one account: what the central rules look for, forwarded to the central bus. Organizations and CloudFront
# record in us-east-1 (of the management account), so this module belongs there too.

locals {
  folder   = "${path.module}/../../patterns"
  patterns = { for file in fileset(local.folder, "*.json") : trimsuffix(file, ".json") => file("${local.folder}/${file}") }
}

resource "aws_cloudwatch_event_rule" "events" {
  for_each = local.patterns

  name          = "${var.name}-forward-${each.key}"
  description   = "What can expose S3 buckets, or blind bucketwatch"
  event_pattern = jsonencode(jsondecode(each.value))
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "central" {
  for_each = local.patterns

  rule      = aws_cloudwatch_event_rule.events[each.key].name
  target_id = "central"
  arn       = var.central_bus_arn
  role_arn  = aws_iam_role.forward.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}

resource "aws_iam_role" "forward" {
  name = "${var.name}-forward-${data.aws_region.current.id}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "forward" {
  name = "forward"
  role = aws_iam_role.forward.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = var.central_bus_arn
    }]
  })
}
