/*
 * foreign.h -- any bytes, read as a log of a format.
 *
 * Either there is an error with words, or the trace keeps every promise.  A
 * log that is recognized as this format gives what it gives under its name.
 */
#ifndef TESTS_FUZZ_FOREIGN_H
#define TESTS_FUZZ_FOREIGN_H

#include "driver/foreign/foreign.h"
#include "tests/fuzz/promises.h"

static int parse_log(const uint8_t *data, size_t n,
                     const struct foreign_format *format, struct trace *trace,
                     struct foreign_report *report)
{
    struct foreign_options options = {.format = format};
    struct trace_error error;
    if (foreign_parse("fuzz", (const char *)data, n, &options, trace, report,
                      &error) == 0) {
        require_trace(trace);
        return 0;
    }
    require_error(&error);
    require(trace->ops == NULL && trace->path == NULL, "nothing to free");
    return -1;
}

static void fuzz_log(const char *name, const uint8_t *data, size_t n)
{
    const struct foreign_format *format = foreign_find(name);
    struct foreign_report report;
    struct trace named;
    struct trace recognized;
    require(format != NULL, "the format exists");
    int named_result = parse_log(data, n, format, &named, &report);
    int result = parse_log(data, n, NULL, &recognized, &report);
    if (report.format == format) {
        require(result == named_result, "its name changes nothing");
    }
    if (report.format == format && result == 0) {
        require_same_ops(&named, &recognized, "its name changes nothing");
    }
    trace_free(&named);
    trace_free(&recognized);
}

#endif
