# Where other regions and accounts forward their events to.

resource "aws_cloudwatch_event_bus" "central" {
  count = var.central_bus ? 1 : 0

  name = var.name
  tags = var.tags
}

# The account's own regions forward by a role of the account and need no more. Nobody can put events of `aws.` sources, so
# what an account of the organization makes up does not pass the rules.
resource "aws_cloudwatch_event_bus_policy" "organization" {
  count = var.organization_id == null ? 0 : 1

  event_bus_name = aws_cloudwatch_event_bus.central[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OrganizationForwards"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "events:PutEvents"
      Resource  = aws_cloudwatch_event_bus.central[0].arn
      Condition = { StringEquals = { "aws:PrincipalOrgID" = var.organization_id } }
    }]
  })
}
