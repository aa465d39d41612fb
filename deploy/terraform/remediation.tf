# Who may close what strangers can reach: people or a pipeline that are named, never the functions by default.

resource "aws_iam_role" "remediation" {
  count = length(var.remediation_principals) == 0 ? 0 : 1

  name                 = "${var.name}-remediation"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = sort(var.remediation_principals) }
      Action    = "sts:AssumeRole"
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "remediation" {
  count = length(var.remediation_principals) == 0 ? 0 : 1

  name = "close"
  role = aws_iam_role.remediation[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CloseBuckets"
        Effect = "Allow"
        Action = [
          "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
          "s3:PutBucketPublicAccessBlock",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:s3:::*"
      },
      {
        Sid      = "CloseObjects"
        Effect   = "Allow"
        Action   = ["s3:PutObjectAcl"]
        Resource = "arn:${data.aws_partition.current.partition}:s3:::*/*"
      },
      {
        Sid      = "CloseAccessPoints"
        Effect   = "Allow"
        Action   = ["s3:DeleteAccessPointPolicy", "s3:PutAccessPointPolicy"]
        Resource = "arn:${data.aws_partition.current.partition}:s3:*:${data.aws_caller_identity.current.account_id}:accesspoint/*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "remediation_read" {
  count = length(var.remediation_principals) == 0 ? 0 : 1

  name   = "read"
  role   = aws_iam_role.remediation[0].id
  policy = jsonencode(jsondecode(file("${path.module}/permissions/read.json")))
}
