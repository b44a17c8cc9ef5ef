/*
 * fault.c -- fill in what was found wrong.
 */
#include "driver/replay/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fault_set(struct fault *fault, const char *rule, const char *format, ...)
{
    memset(fault, 0, sizeof *fault);
    snprintf(fault->rule, sizeof fault->rule, "%s", rule);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->detail, sizeof fault->detail, format, arguments);
    va_end(arguments);
    fault->op = FAULT_NO_OP;
}

void fault_add(struct fault *fault, const char *format, ...)
{
    size_t used = strlen(fault->detail);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->detail + used, sizeof fault->detail - used, format,
              arguments);
    va_end(arguments);
}

void fault_locate(struct fault *fault, const struct trace *trace, uint64_t op,
                  uint32_t round)
{
    fault->op = op;
    fault->round = round;
    fault->line = 0;
    fault->operation[0] = '\0';
    if (op != FAULT_NO_OP) {
        fault->line = trace_line(trace, op);
        trace_format_op(trace, op, fault->operation, sizeof fault->operation);
    }
}

void fault_show(struct fault *fault, size_t offset,
                const unsigned char *expected, const unsigned char *found,
                size_t n)
{
    fault->n_bytes = (uint32_t)(n < FAULT_BYTES ? n : FAULT_BYTES);
    fault->bytes_offset = offset;
    memcpy(fault->expected, expected, fault->n_bytes);
    memcpy(fault->found, found, fault->n_bytes);
}
