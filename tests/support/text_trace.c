/*
 * text_trace.c -- a trace from a text in a test.
 */
#include "tests/support/text_trace.h"

#include <check.h>
#include <string.h>

void text_trace(const char *text, struct trace *trace)
{
    struct trace_error error;
    ck_assert_msg(trace_parse("text", text, strlen(text), trace, &error) == 0,
                  "line %lu: %s", (unsigned long)error.line, error.message);
}
