# An organization with a trail of its own: bucketwatch in the security account, a member module in each account and region
# that has buckets, and one in us-east-1 of the management account for the organization's policies.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60"
    }
  }
}

variable "emails" {
  description = "Who gets notices."
  type        = set(string)
}

variable "package" {
  description = "Path of the zip that `cargo xtask package` builds."
  type        = string
}

variable "organization_id" {
  description = "The organization, as o-a1b2c3d4e5."
  type        = string
}

variable "external_id" {
  description = "A word of your choice that the read roles expect."
  type        = string
}

variable "security_account" {
  description = "The account that bucketwatch runs in."
  type        = string
}

variable "member_account" {
  description = "An account that is watched; repeat provider and modules for each."
  type        = string
}

variable "role" {
  description = "The role by which Terraform works in these accounts; it runs as the management account."
  type        = string
  default     = "OrganizationAccountAccessRole"
}

data "aws_partition" "current" {}

locals {
  roles = {
    security = "arn:${data.aws_partition.current.partition}:iam::${var.security_account}:role/${var.role}"
    member   = "arn:${data.aws_partition.current.partition}:iam::${var.member_account}:role/${var.role}"
  }
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "security"
  region = "eu-west-1"
  assume_role {
    role_arn = local.roles.security
  }
}

provider "aws" {
  alias  = "member_eu_west_1"
  region = "eu-west-1"
  assume_role {
    role_arn = local.roles.member
  }
}

provider "aws" {
  alias  = "member_us_east_1"
  region = "us-east-1"
  assume_role {
    role_arn = local.roles.member
  }
}

module "bucketwatch" {
  source    = "../.."
  providers = { aws = aws.security }

  package         = var.package
  emails          = var.emails
  central_bus     = true
  organization_id = var.organization_id
  external_id     = var.external_id
}

module "management" {
  source = "../../modules/member"

  central_bus_arn  = module.bucketwatch.central_bus_arn
  create_read_role = true
  reader_role_arns = module.bucketwatch.function_role_arns
  external_id      = var.external_id
}

module "member_eu_west_1" {
  source    = "../../modules/member"
  providers = { aws = aws.member_eu_west_1 }

  central_bus_arn  = module.bucketwatch.central_bus_arn
  create_read_role = true
  reader_role_arns = module.bucketwatch.function_role_arns
  external_id      = var.external_id
}

module "member_us_east_1" {
  source    = "../../modules/member"
  providers = { aws = aws.member_us_east_1 }

  central_bus_arn = module.bucketwatch.central_bus_arn
}

output "queue_url" {
  description = "Where a test event may be sent."
  value       = module.bucketwatch.queue_url
}
