/*
 * summary.c -- what was recorded, in words.
 */
#include "driver/record/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { COMMAND_SHOWN = 60 };

/* It reads options by itself: they end where the program begins. */
const struct command record_verb = {.name = "rep record"};

static void say_count(uint64_t count, const char *what)
{
    if (count != 0)
        command_say(&record_verb, "  %" PRIu64 " %s", count, what);
}

static void say_oddities(const struct record_request *request,
                         const struct convert_report *report)
{
    say_count(report->odd.unknown_frees,
              "frees of blocks from before the recording left out");
    say_count(report->odd.unknown_moves,
              "reallocs of blocks from before it written as allocations");
    say_count(report->odd.unseen_frees,
              "blocks freed unseen, as their addresses came again");
    say_count(report->holes, "events not completed, left out");
    if (request->convert.dialect == DIALECT_CLASSIC)
        say_count(report->odd.empty_blocks,
                  "allocations of 0 bytes written as 1 byte");
    if (report->stop == EVENTS_FULL)
        command_say(&record_verb, "  stopped early: %s",
                    strerror(report->stop_errno));
}

void summary_trace(const struct record_request *request, const char *output,
                   const struct trace_stream *stream,
                   const struct convert_report *report)
{
    const struct tally *tally = &stream->tally;
    command_say(&record_verb,
                "%s: %" PRIu64 " operations, peak %" PRIu64 " bytes in %" PRIu64
                " blocks, %" PRIu64 " blocks live at the end: %.*s%s",
                output, stream->n_ops, tally->peak.payload, tally->peak.blocks,
                tally->now.blocks, COMMAND_SHOWN, report->command,
                strlen(report->command) > COMMAND_SHOWN ? "..." : "");
    say_oddities(request, report);
}

void summary_verified(const char *output, const struct convert_report *report,
                      const struct verify_result *result)
{
    if (report->unwitnessed != 0)
        command_say(&record_verb,
                    "%s: cannot be verified: %" PRIu64 " blocks could not "
                    "carry their size, as the program's allocator did not "
                    "know how much of them is usable",
                    output, report->unwitnessed);
    else if (result->different == 0)
        command_say(&record_verb,
                    "  verified: live bytes and blocks equal at all %zu "
                    "samples (up to %" PRIu64 " bytes)",
                    result->samples, result->peak_bytes);
    else
        command_say(&record_verb,
                    "%s: DIFFERENT at %zu of %zu samples, most after "
                    "operation %" PRIu64 ": the trace has %" PRIu64
                    " bytes live, the program had %" PRIu64,
                    output, result->different, result->samples, result->op,
                    result->trace_bytes, result->program_bytes);
}

void summary_outcome(const struct record_request *request,
                     const struct record_outcome *outcome, int wait_status)
{
    if (outcome->written > outcome->told)
        command_say(&record_verb,
                    "%zu more traces of child processes written beside",
                    outcome->written - outcome->told);
    if (request->control.verify != 0)
        command_say(&record_verb, "%zu of %zu traces verified",
                    outcome->verified - outcome->different, outcome->written);
    if (WIFSIGNALED(wait_status))
        command_say(&record_verb, "%s was ended by signal %d (%s)",
                    request->program[0], WTERMSIG(wait_status),
                    strsignal(WTERMSIG(wait_status)));
    if (!outcome->main_recorded && outcome->failed == 0)
        command_say(&record_verb,
                    "%s: expected the recording library to be loaded, but it "
                    "was not",
                    request->program[0]);
}
