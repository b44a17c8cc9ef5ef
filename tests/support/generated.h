/*
 * generated.h -- a synthetic trace in one line.
 */
#ifndef TESTS_SUPPORT_GENERATED_H
#define TESTS_SUPPORT_GENERATED_H

#include "driver/trace/trace.h"

/*
 * Makes "FAMILY NAME=NUMBER ...", as in "random ops=1500 seed=7"; fails the
 * test where that cannot be.
 */
struct trace generated(const char *words);

#endif
