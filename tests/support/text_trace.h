/*
 * text_trace.h -- a trace from a text in a test, and the text of a trace.
 */
#ifndef TESTS_SUPPORT_TEXT_TRACE_H
#define TESTS_SUPPORT_TEXT_TRACE_H

#include "driver/trace/trace.h"

/* Parses the text; fails the test that calls it where that is impossible. */
void text_trace(const char *text, struct trace *trace);

/* The text of a trace in its own dialect, to be freed. */
char *trace_text(const struct trace *trace);

/* The text of a trace is what is expected. */
void ck_assert_trace(const struct trace *trace, const char *expected);

#endif
