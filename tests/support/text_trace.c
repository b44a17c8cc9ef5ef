/*
 * text_trace.c -- parse, and write to memory.
 */
#include "tests/support/text_trace.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/write.h"

void text_trace(const char *text, struct trace *trace)
{
    struct trace_error error;
    ck_assert_msg(trace_parse("text", text, strlen(text), trace, &error) == 0,
                  "line %lu: %s", (unsigned long)error.line, error.message);
}

char *trace_text(const struct trace *trace)
{
    char *text;
    size_t n;
    FILE *stream = open_memstream(&text, &n);
    ck_assert_int_eq(trace_write(trace, stream), 0);
    fclose(stream);
    return text;
}

void ck_assert_trace(const struct trace *trace, const char *expected)
{
    char *text = trace_text(trace);
    ck_assert_str_eq(text, expected);
    free(text);
}
