variable "name" {
  description = "What every resource is called, or begins with; the same as of the central module."
  type        = string
  default     = "bucketwatch"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,31}$", var.name))
    error_message = "The name is 2 to 32 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "central_bus_arn" {
  description = "The bus to forward to, as the central module gives it."
  type        = string
  validation {
    condition     = can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:\\d{12}:event-bus/", var.central_bus_arn))
    error_message = "The bus is given by its ARN."
  }
}

variable "create_read_role" {
  description = "Makes the role by which the central functions read this account's buckets: in one region of each account that is not the central one."
  type        = bool
  default     = false
}

variable "reader_role_arns" {
  description = "Who may assume the read role: function_role_arns of the central module."
  type        = set(string)
  default     = []
  validation {
    condition     = !var.create_read_role || length(var.reader_role_arns) > 0
    error_message = "A read role needs somebody who may assume it: name reader_role_arns."
  }
}

variable "external_id" {
  description = "What the read role expects besides the caller; the same as of the central module."
  type        = string
  default     = null
  validation {
    condition     = !var.create_read_role || can(regex("^[\\w+=,.@:/-]{2,}$", var.external_id))
    error_message = "The external id is at least 2 letters, digits and +=,.@:/-_."
  }
}

variable "role_name" {
  description = "Name of the read role; the same as member_role_name of the central module."
  type        = string
  default     = "bucketwatch-read"
}

variable "kms_key_arn" {
  description = "A customer managed key for the queue of what could not be forwarded; null: SQS's own."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "A topic of this region that is told when events could not be forwarded; null: the alarm is only shown."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
