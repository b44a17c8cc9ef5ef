/*
 * text_trace.h -- a trace from a text in a test.
 */
#ifndef TESTS_SUPPORT_TEXT_TRACE_H
#define TESTS_SUPPORT_TEXT_TRACE_H

#include "driver/trace/trace.h"

/* Parses the text; fails the test that calls it where that is impossible. */
void text_trace(const char *text, struct trace *trace);

#endif
