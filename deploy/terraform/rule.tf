# The events that can open or close something, as they reach this account's default bus in this region, and what other
# regions and accounts forward.

locals {
  patterns = {
    for file in fileset("${path.module}/patterns", "*.json") :
    trimsuffix(file, ".json") => jsonencode(jsondecode(file("${path.module}/patterns/${file}")))
  }
  buses = merge({ default = "default" }, var.central_bus ? { central = aws_cloudwatch_event_bus.central[0].name } : {})
  rules = merge([
    for key, bus in local.buses : {
      for pattern, text in local.patterns :
      "${key}-${pattern}" => { bus = bus, name = "${var.name}-${key}-${pattern}", text = text }
    }
  ]...)
}

resource "aws_cloudwatch_event_rule" "events" {
  for_each = local.rules

  name           = each.value.name
  description    = "What can expose S3 buckets, or blind bucketwatch"
  event_bus_name = each.value.bus
  event_pattern  = each.value.text
  tags           = var.tags
}

resource "aws_cloudwatch_event_target" "queue" {
  for_each = local.rules

  rule           = aws_cloudwatch_event_rule.events[each.key].name
  event_bus_name = each.value.bus
  target_id      = "queue"
  arn            = aws_sqs_queue.events.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}
