# One account with buckets in three regions. Events of the home region go straight to the queue, those of the others over
# the central bus. us-east-1 also records what is global: CloudFront, and Organizations in the management account;
# us-west-2 records multi-Region access points.

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

variable "create_trail" {
  description = "Whether the account has no trail yet."
  type        = bool
  default     = false
}

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

provider "aws" {
  alias  = "us_west_2"
  region = "us-west-2"
}

module "bucketwatch" {
  source = "../.."

  package      = var.package
  emails       = var.emails
  create_trail = var.create_trail
  central_bus  = true
}

module "us_east_1" {
  source    = "../../modules/member"
  providers = { aws = aws.us_east_1 }

  central_bus_arn = module.bucketwatch.central_bus_arn
}

module "us_west_2" {
  source    = "../../modules/member"
  providers = { aws = aws.us_west_2 }

  central_bus_arn = module.bucketwatch.central_bus_arn
}

output "queue_url" {
  description = "Where a test event may be sent."
  value       = module.bucketwatch.queue_url
}
