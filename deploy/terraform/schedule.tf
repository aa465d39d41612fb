# What nobody's event starts.

locals {
  beats = {
    tick = {
      function    = "events"
      schedule    = "rate(1 minute)"
      description = "Looks that were planned, notices that are due, forgetting"
      retries     = 0
    }
    self-check = {
      function    = "events"
      schedule    = "rate(15 minutes)"
      description = "Whether bucketwatch still sees everything"
      retries     = 0
    }
    reconcile = {
      function    = "reconcile"
      schedule    = "rate(1 day)"
      description = "A scan of everything, for what no event told"
      retries     = 3
    }
  }
  # Without a state there is nothing to come back to, and nothing to compare a scan with.
  schedules = { for key, beat in local.beats : key => beat if !var.stateless || key == "self-check" }
}

resource "aws_scheduler_schedule" "beat" {
  for_each = local.schedules

  name                = "${var.name}-${each.key}"
  description         = each.value.description
  schedule_expression = each.value.schedule
  kms_key_arn         = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.bucketwatch[each.value.function].arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ bucketwatch = each.key })

    retry_policy {
      maximum_event_age_in_seconds = each.value.retries == 0 ? 60 : 3600
      maximum_retry_attempts       = each.value.retries
    }

    dynamic "dead_letter_config" {
      for_each = each.value.retries == 0 ? [] : [aws_sqs_queue.undelivered.arn]
      content {
        arn = dead_letter_config.value
      }
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name = "${var.name}-scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "scheduler" {
  name = "invoke"
  role = aws_iam_role.scheduler.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = "lambda:InvokeFunction"
          Resource = [for function in aws_lambda_function.bucketwatch : function.arn]
        },
        {
          Effect   = "Allow"
          Action   = "sqs:SendMessage"
          Resource = aws_sqs_queue.undelivered.arn
        },
      ],
      var.kms_key_arn == null ? [] : [
        {
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = var.kms_key_arn
        },
      ],
    )
  })
}
