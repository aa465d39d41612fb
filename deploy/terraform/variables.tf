variable "name" {
  description = "What every resource is called, or begins with. Keep `bucketwatch` in it: changes to rules, queues and functions of that name are told without further ado."
  type        = string
  default     = "bucketwatch"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,31}$", var.name))
    error_message = "The name is 2 to 32 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "package" {
  description = "Path of the zip with `bootstrap` that `cargo xtask package` builds."
  type        = string
}

variable "architecture" {
  description = "The processor that the package was built for."
  type        = string
  default     = "x86_64"
  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "emails" {
  description = "Who gets notices by e-mail. AWS sends each address a message that has to be confirmed."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "Each e-mail address has one @ and no spaces."
  }
}

variable "alert_on" {
  description = "The transitions that are told; none named: those that bucketwatch tells by default."
  type        = set(string)
  default     = []
  validation {
    condition = length(setsubtract(var.alert_on, [
      "opened", "widened", "narrowed", "changed", "closed", "lost_sight", "regained_sight", "deleted"
    ])) == 0
    error_message = "Transitions are opened, widened, narrowed, changed, closed, lost_sight, regained_sight and deleted."
  }
}

variable "configuration" {
  description = "Text of a `bucketwatch.toml`: further notifiers, routes, exceptions. It is kept in an SSM parameter, so name secrets in it by reference only."
  type        = string
  default     = null
}

variable "additional_policy" {
  description = "IAM policy document that the functions also need, as `bucketwatch iam-policy --for notify` prints it for the notifiers of the configuration."
  type        = string
  default     = null
  validation {
    condition     = var.additional_policy == null || can(jsondecode(var.additional_policy).Statement)
    error_message = "The additional policy is a JSON document with a Statement."
  }
}

variable "stateless" {
  description = "No table: each event is judged alone, as the smallest deployment. What is not promised then is in docs/deploy.md."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Keeps the table from being deleted, and the trail's bucket from being emptied, with everything else."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "A customer managed key for queues, topic, table, logs, parameter and trail; null: AWS's own keys, and none for the topic. Its policy must let these services use it: docs/deploy.md."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "The key is given by its ARN."
  }
}

variable "reserved_concurrency" {
  description = "How many events functions may run at once; -1 reserves nothing, for accounts with a small quota."
  type        = number
  default     = 5
  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 3
    error_message = "Reserve at least 3, two for the queue and one for the schedules, or -1."
  }
}

variable "log_level" {
  description = "Filter of the functions' log, as BUCKETWATCH_LOG."
  type        = string
  default     = "warn,bucketwatch=info"
}

variable "log_retention_days" {
  description = "How long the functions' logs are kept."
  type        = number
  default     = 365
}

variable "central_bus" {
  description = "Makes an event bus that other regions and accounts forward to (modules/member)."
  type        = bool
  default     = false
}

variable "organization_id" {
  description = "The organization whose accounts may put events on the central bus and whose buckets are read; null: this account alone."
  type        = string
  default     = null
  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "An organization's id looks like o-a1b2c3d4e5."
  }
  validation {
    condition     = var.organization_id == null || var.central_bus
    error_message = "An organization needs the central bus: set central_bus."
  }
}

variable "external_id" {
  description = "What the read roles of the other accounts expect besides the caller; the same there."
  type        = string
  default     = null
  validation {
    condition     = var.organization_id == null || can(regex("^[\\w+=,.@:/-]{2,}$", var.external_id))
    error_message = "With an organization, the external id is at least 2 letters, digits and +=,.@:/-_."
  }
}

variable "member_role_name" {
  description = "Name of the read role in the other accounts."
  type        = string
  default     = "bucketwatch-read"
}

variable "create_trail" {
  description = "Makes a trail and its log bucket. An existing trail, the organization's for instance, does as well and costs nothing more: the first copy of management events is free, every further one is not."
  type        = bool
  default     = false
}

variable "trail_object_acls" {
  description = "The trail also records PutObjectAcl, of every bucket, as data events."
  type        = bool
  default     = false
  validation {
    condition     = !var.trail_object_acls || var.create_trail
    error_message = "Only a trail that is made here can be told what to record: set create_trail."
  }
}

variable "trail_retention_days" {
  description = "How long the trail's log files are kept."
  type        = number
  default     = 365
}

variable "remediation_principals" {
  description = "ARNs of those who may assume the role that closes buckets; none: there is no such role."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for arn in var.remediation_principals : can(regex("^arn:[a-z-]+:(iam|sts)::\\d{12}:", arn))])
    error_message = "Each principal is the ARN of a role, a user or an account's root."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
