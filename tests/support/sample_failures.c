/*
 * sample_failures.c -- failures of every kind, made up by hand.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/sample_run.h"

/* Nothing is measured of what failed. */
static void fail(struct result *result, enum verdict verdict,
                 const char *message)
{
    struct check_record check = result->check;
    memset(result, 0, sizeof(*result));
    result->check = check;
    result->verdict = verdict;
    snprintf(result->message, sizeof(result->message), "%s", message);
}

static struct fault fault_at_1234(const char *rule, const char *detail)
{
    struct fault fault = {.op = 1229, .line = 1234, .round = 1};
    snprintf(fault.rule, sizeof(fault.rule), "%s", rule);
    snprintf(fault.detail, sizeof(fault.detail), "%s", detail);
    snprintf(fault.operation, sizeof(fault.operation), "a 57 4096");
    return fault;
}

void sample_overlap(struct result *result)
{
    fail(result, VERDICT_FAULT, "");
    result->fault = fault_at_1234(
        "overlap", "the new payload shares 16 bytes with a live one");
    result->fault.block = (struct fault_block){0x1a40, 4096, 1229, 1234, 57, 1};
    result->fault.before = (struct fault_block){0x1980, 208, 12, 17, 12, 1};
    result->fault.after = (struct fault_block){0x2a50, 128, 40, 45, 13, 1};
}

void sample_lost_bytes(struct result *result)
{
    fail(result, VERDICT_FAULT, "");
    result->fault = fault_at_1234(
        "lost-bytes", "realloc did not keep what the payload contained");
    result->fault.round = 2;
    snprintf(result->fault.operation, sizeof(result->fault.operation),
             "r 57 4096");
    result->fault.block = (struct fault_block){0x1a40, 4096, 12, 17, 12, 1};
    result->fault.bytes_offset = 96;
    result->fault.n_bytes = 16;
    for (unsigned i = 0; i < 16; i++) {
        result->fault.expected[i] = (unsigned char)(0x41 + i);
        result->fault.found[i] =
            i == 2 || i == 9 ? 0 : result->fault.expected[i];
    }
}

void sample_broken_invariant(struct result *result)
{
    fail(result, VERDICT_FAULT, "");
    result->fault = fault_at_1234(
        "uncoalesced-neighbours",
        "the free block at heap+0x1a30 (48 bytes) is followed by another free "
        "block (64 bytes): free must join them");
    snprintf(result->fault.operation, sizeof(result->fault.operation), "f 57");
    result->check.thinned = true;
    result->check.checked = result->check.operations / 7;
}

static void note_last_ops(struct post_mortem *death)
{
    static const char *const texts[] = {"a 1 20", "a 2 4080", "r 1 40", "f 2",
                                        "a 3 16", "a 4 16",   "f 3",    "f 1"};
    death->n_last_ops = 8;
    for (uint32_t i = 0; i < 8; i++) {
        death->last_ops[i].line = 997 + i;
        snprintf(death->last_ops[i].text, sizeof(death->last_ops[i].text), "%s",
                 texts[i]);
    }
}

static void add_frame(struct post_mortem *death, const char *function,
                      const char *file, uint32_t line)
{
    struct stack_frame *frame = &death->frames[death->n_frames++];
    frame->address = 0x55550000 + 16 * death->n_frames;
    snprintf(frame->function, sizeof(frame->function), "%s", function);
    snprintf(frame->file, sizeof(frame->file), "%s", file);
    frame->line = line;
}

static void die(struct post_mortem *death, int number)
{
    *death = (struct post_mortem){
        .exists = true, .signal = number, .op = 999, .round = 1};
    snprintf(death->phase, sizeof(death->phase), "correctness");
    note_last_ops(death);
    add_frame(death, "coalesce", "mm.c", 123);
    add_frame(death, "mm_free", "mm.c", 200);
    add_frame(death, "replay_op", "driver/replay/replay.h", 24);
    add_frame(death, "", "", 0);
}

void sample_crash(struct result *result)
{
    fail(result, VERDICT_CRASHED, "");
    struct post_mortem *death = &result->post_mortem;
    die(death, SIGSEGV);
    death->has_address = true;
    death->in_heap = true;
    death->address = 0x7f0000002a48;
    death->heap_offset = 0x2a48;
    death->block = (struct fault_block){0x1a40, 4096, 12, 17, 12, 1};
    death->block_distance = 8;
}

void sample_exit(struct result *result)
{
    fail(result, VERDICT_EXITED, "");
    die(&result->post_mortem, 0);
    result->post_mortem.exit_status = 3;
    result->post_mortem.n_frames = 0;
}

void sample_hang(struct result *result)
{
    fail(result, VERDICT_HUNG, "still busy after 60 s at line 1004: f 1");
    die(&result->post_mortem, SIGKILL);
}

void sample_runaway(struct result *result)
{
    fail(result, VERDICT_RUNAWAY, "took more than 6.00 GiB at line 1004: f 1");
    die(&result->post_mortem, SIGKILL);
}

void sample_no_memory(struct result *result)
{
    fail(result, VERDICT_NO_MEMORY, "");
    result->fault =
        fault_at_1234("", "the heap refused 4,112 bytes: its limit is "
                          "1,048,576 bytes");
}

void sample_not_run(struct result *result)
{
    fail(result, VERDICT_NOT_RUN, "");
}

void sample_failures(struct run *run)
{
    sample_overlap(sample_result(run, 1, 0));
    sample_lost_bytes(sample_result(run, 2, 0));
    sample_broken_invariant(sample_result(run, 3, 0));
    for (size_t t = 5; t < 10; t++) {
        sample_crash(sample_result(run, t, 0));
    }
    sample_exit(sample_result(run, 11, 0));
    sample_hang(sample_result(run, 12, 0));
    sample_runaway(sample_result(run, 13, 0));
    sample_no_memory(sample_result(run, 14, 0));
    sample_not_run(sample_result(run, 15, 0));
    run->interrupted = true;
}
