# By this role the central functions read how this account's buckets are configured, and no more.

resource "aws_iam_role" "read" {
  count = var.create_read_role ? 1 : 0

  name = var.role_name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = sort(var.reader_role_arns) }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "read" {
  count = var.create_read_role ? 1 : 0

  name   = "read"
  role   = aws_iam_role.read[0].id
  policy = jsonencode(jsondecode(file("${path.module}/../../permissions/read.json")))
}
