# One package, two functions: events are short, the reconcile scan may take its quarter of an hour.

locals {
  events_timeout = 30
  functions = {
    events = {
      name        = "${var.name}-events"
      description = "Judges what CloudTrail events touched, and tells"
      timeout     = local.events_timeout
      concurrency = var.reserved_concurrency
    }
    reconcile = {
      name        = "${var.name}-reconcile"
      description = "Scans everything, for what no event told"
      timeout     = 900
      concurrency = var.reserved_concurrency == -1 ? -1 : 1
    }
  }
  state = (
    var.stateless
    ? "memory:"
    : "dynamodb://${aws_dynamodb_table.state[0].name}?region=${data.aws_region.current.id}"
  )
  own = concat(
    [for rule in local.rules : rule.name],
    [for function in local.functions : function.name],
    [aws_sqs_queue.events.arn, "${var.name}-dead", "${var.name}-undelivered"],
  )
  environment = merge(
    {
      BUCKETWATCH_STATE         = local.state
      BUCKETWATCH_SNS_TOPIC_ARN = aws_sns_topic.notices.arn
      BUCKETWATCH_OWN           = join(",", distinct(local.own))
      BUCKETWATCH_LOG           = var.log_level
    },
    length(var.alert_on) == 0 ? {} : { BUCKETWATCH_ALERT_ON = join(",", sort(var.alert_on)) },
    var.configuration == null ? {} : { BUCKETWATCH_CONFIG_PARAMETER = local.parameter_name },
    var.organization_id == null ? {} : {
      BUCKETWATCH_ROLE_NAME   = var.member_role_name
      BUCKETWATCH_EXTERNAL_ID = var.external_id
    },
  )
}

resource "aws_lambda_function" "bucketwatch" {
  # checkov:skip=CKV_AWS_50:X-Ray would see nothing that the log does not say
  # checkov:skip=CKV_AWS_116:The queue has its dead letters; schedules come again, and an alarm tells of errors
  # checkov:skip=CKV_AWS_117:It calls AWS alone; a VPC would add endpoints to pay for and nothing to protect
  # checkov:skip=CKV_AWS_272:Signing needs a profile of yours; the package's hash is part of the plan
  for_each = local.functions

  function_name                  = each.value.name
  description                    = each.value.description
  role                           = aws_iam_role.function[each.key].arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  memory_size                    = 512
  timeout                        = each.value.timeout
  reserved_concurrent_executions = each.value.concurrency
  kms_key_arn                    = var.kms_key_arn
  tags                           = var.tags

  environment {
    variables = local.environment
  }

  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.log]
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${each.value.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

# A failed call of a schedule is not repeated: the next beat asks for the same, and the alarm on errors has told.
resource "aws_lambda_function_event_invoke_config" "schedules" {
  for_each = local.functions

  function_name                = aws_lambda_function.bucketwatch[each.key].function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = each.value.timeout + 30
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = aws_lambda_function.bucketwatch["events"].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  # One of the reserved instances stays free for the schedules, and the queue is not throttled into its dead letters.
  dynamic "scaling_config" {
    for_each = var.reserved_concurrency == -1 ? [] : [var.reserved_concurrency - 1]
    content {
      maximum_concurrency = scaling_config.value
    }
  }

  depends_on = [aws_iam_role_policy.queue]
}

locals {
  parameter_name = "/${var.name}/configuration"
}

resource "aws_ssm_parameter" "configuration" {
  # checkov:skip=CKV2_AWS_34:The configuration names secrets by reference and holds none
  count = var.configuration == null ? 0 : 1

  name  = local.parameter_name
  type  = "String"
  tier  = "Intelligent-Tiering"
  value = var.configuration
  tags  = var.tags
}
