/*
 * promises.h -- what fuzz targets demand of whatever makes a trace.
 */
#ifndef TESTS_FUZZ_PROMISES_H
#define TESTS_FUZZ_PROMISES_H

#include "driver/trace/trace.h"

/* libFuzzer's entry, which each target defines. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Aborts, telling the broken promise, unless it holds. */
void require(int holds, const char *what);

/*
 * All that trace.h says: slots in order of first appearance, liveness without
 * contradiction, statistics that a naive count agrees with, lines that rise;
 * and it writes and reads back the same.
 */
void require_trace(const struct trace *trace);

/* The same operations. */
void require_same_ops(const struct trace *a, const struct trace *b,
                      const char *what);

/* It says what was expected and what was found. */
void require_error(const struct trace_error *error);

#endif
