/*
 * summary.h -- the lines that `rep record` prints on standard error.
 */
#ifndef DRIVER_RECORD_SUMMARY_H
#define DRIVER_RECORD_SUMMARY_H

#include "driver/command/command.h"
#include "driver/record/convert.h"
#include "driver/record/request.h"
#include "driver/record/verify.h"
#include "driver/trace/trace.h"

/* Who says them. */
extern const struct command record_verb;

/* One trace: its figures, and what is odd about it. */
void summary_trace(const struct record_request *request, const char *output,
                   const struct trace_stream *stream,
                   const struct convert_report *report);

void summary_verified(const char *output, const struct convert_report *report,
                      const struct verify_result *result);

/* All traces, once they are written; wait_status of the program. */
void summary_outcome(const struct record_request *request,
                     const struct record_outcome *outcome, int wait_status);

#endif
