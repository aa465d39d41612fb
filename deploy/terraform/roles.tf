# What the functions may do: read how buckets are configured, keep the state, tell. Nothing here changes a bucket.

locals {
  region_and_account = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name = each.value.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
  tags = var.tags
}

# As `bucketwatch iam-policy --for watch` prints it; a test holds them together.
resource "aws_iam_role_policy" "read" {
  for_each = local.functions

  name   = "read"
  role   = aws_iam_role.function[each.key].id
  policy = jsonencode(jsondecode(file("${path.module}/permissions/read.json")))
}

# What `bucketwatch iam-policy --for doctor` prints beside that: the self-check asks the same.
resource "aws_iam_role_policy" "check" {
  name   = "check"
  role   = aws_iam_role.function["events"].id
  policy = jsonencode(jsondecode(file("${path.module}/permissions/check.json")))
}

resource "aws_iam_role_policy" "log" {
  for_each = local.functions

  name = "log"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function[each.key].arn}:*"
    }]
  })
}

resource "aws_iam_role_policy" "tell" {
  for_each = local.functions

  name = "tell"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sns:Publish"
      Resource = aws_sns_topic.notices.arn
    }]
  })
}

resource "aws_iam_role_policy" "queue" {
  name = "queue"
  role = aws_iam_role.function["events"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = aws_sqs_queue.events.arn
    }]
  })
}

resource "aws_iam_role_policy" "state" {
  for_each = { for key, function in local.functions : key => function if !var.stateless }

  name = "state"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem",
          "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
        ]
        Resource = aws_dynamodb_table.state[0].arn
      },
      {
        Effect   = "Allow"
        Action   = "dynamodb:Query"
        Resource = "${aws_dynamodb_table.state[0].arn}/index/gsi1"
      },
    ]
  })
}

resource "aws_iam_role_policy" "configuration" {
  for_each = { for key, function in local.functions : key => function if var.configuration != null }

  name = "configuration"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = aws_ssm_parameter.configuration[0].arn
    }]
  })
}

resource "aws_iam_role_policy" "accounts" {
  for_each = { for key, function in local.functions : key => function if var.organization_id != null }

  name = "accounts"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Resource  = "arn:${data.aws_partition.current.partition}:iam::*:role/${var.member_role_name}"
      Condition = { StringEquals = { "aws:ResourceOrgID" = var.organization_id } }
    }]
  })
}

resource "aws_iam_role_policy" "key" {
  for_each = { for key, function in local.functions : key => function if var.kms_key_arn != null }

  name = "key"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = var.kms_key_arn
    }]
  })
}

resource "aws_iam_role_policy" "additional" {
  for_each = { for key, function in local.functions : key => function if var.additional_policy != null }

  name   = "additional"
  role   = aws_iam_role.function[each.key].id
  policy = var.additional_policy
}
