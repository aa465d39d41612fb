# What tells that bucketwatch itself is in trouble, by the same topic as its notices.

locals {
  queue_alarms = {
    dead = {
      queue       = aws_sqs_queue.dead.name
      metric      = "ApproximateNumberOfMessagesVisible"
      threshold   = 0
      description = "Events that could not be read or handled wait in the dead-letter queue."
    }
    undelivered = {
      queue       = aws_sqs_queue.undelivered.name
      metric      = "ApproximateNumberOfMessagesVisible"
      threshold   = 0
      description = "A rule or a schedule could not hand over what it had."
    }
    backlog = {
      queue       = aws_sqs_queue.events.name
      metric      = "ApproximateAgeOfOldestMessage"
      threshold   = 900
      description = "The oldest event waits for more than a quarter of an hour."
    }
  }
  # An hour's beat of the events function; the reconcile function may miss one day's run by two hours.
  heartbeats = merge(
    {
      events = {
        period      = var.stateless ? 1800 : 300
        periods     = 2
        description = "The events function is no longer called, not even by its schedules."
      }
    },
    var.stateless ? {} : {
      reconcile = {
        period      = 3600
        periods     = 26
        description = "Nothing was scanned for more than a day."
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "queue" {
  for_each = local.queue_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/SQS"
  metric_name         = each.value.metric
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.notices.arn]
  ok_actions          = [aws_sns_topic.notices.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.functions

  alarm_name          = "${var.name}-${each.key}-errors"
  alarm_description   = "The ${each.key} function failed; its log says why."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.notices.arn]
  ok_actions          = [aws_sns_topic.notices.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "heartbeat" {
  for_each = local.heartbeats

  alarm_name          = "${var.name}-${each.key}-heartbeat"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = local.functions[each.key].name }
  statistic           = "Sum"
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.notices.arn]
  ok_actions          = [aws_sns_topic.notices.arn]
  tags                = var.tags
}
