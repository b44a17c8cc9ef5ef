/*
 * fuzz_trace.c -- any bytes, read as a trace.
 *
 * Either there is an error with words, or the trace keeps every promise.  The
 * quick and the careful way of reading agree on either.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/promises.h"

/* Compressed text would be broken by what respell does. */
static int is_plain(const uint8_t *data, size_t n)
{
    return n > 0 && data[0] != 0x1f && data[0] != 0x28 && data[0] != 0xfd;
}

/*
 * The same text with a blank before each line but the first: nothing of it is
 * read the quick way then, and the outcome must be the same.
 */
static void check_respelled(const uint8_t *data, size_t n, int result,
                            const struct trace *trace,
                            const struct trace_error *error)
{
    char *text = malloc(2 * n);
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        text[length++] = (char)data[i];
        if (data[i] == '\n' && i + 1 < n) {
            text[length++] = ' ';
        }
    }
    struct trace again;
    struct trace_error again_error;
    int again_result = trace_parse("again", text, length, &again, &again_error);
    free(text);
    require(again_result == result, "spelling does not matter");
    if (result != 0) {
        require(strcmp(again_error.message, error->message) == 0 &&
                    again_error.line == error->line,
                "spelling does not matter for errors");
        return;
    }
    require_same_ops(&again, trace, "spelling does not matter for operations");
    trace_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct trace trace;
    struct trace_error error;
    if (trace_parse("fuzz", (const char *)data, n, &trace, &error) != 0) {
        require_error(&error);
        if (is_plain(data, n)) {
            check_respelled(data, n, -1, &trace, &error);
        }
        require(trace.ops == NULL && trace.path == NULL, "nothing to free");
        return 0;
    }
    require(trace.n_ops > 0, "an operation");
    require_trace(&trace);
    if (is_plain(data, n)) {
        check_respelled(data, n, 0, &trace, &error);
    }
    trace_free(&trace);
    return 0;
}
