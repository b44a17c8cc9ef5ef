/*
 * test_record.c -- what `rep record` makes of programs that do one thing each
 * (tests/programs/allocations.c); their sizes of interest begin at 70001.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/recording.h"

enum { MARK = 70000, USAGE = 2 };

static struct recording recording;
static struct trace trace;

static void record(const char *options, const char *mode)
{
    recording_make(&recording, options, recording_allocations(mode));
}

/* Records a mode that returns 0, and reads the trace of its main process. */
static void record_well(const char *options, const char *mode)
{
    record(options, mode);
    ck_assert_msg(recording.exit_status == 0, "%s", recording.errors);
    recording_read(&recording, "out.rep", &trace);
}

static void end(void)
{
    trace_free(&trace);
    recording_end(&recording);
}

static void ck_assert_allocated(enum op_kind kind, uint64_t size)
{
    ck_assert_uint_eq(recording_count(&trace, kind, size), 1);
}

static void ck_assert_told(const char *text)
{
    ck_assert_msg(strstr(recording.errors, text) != NULL,
                  "expected \"%s\" in:\n%s", text, recording.errors);
}

/* ---- what is recorded ---------------------------------------------------- */

START_TEST(every_function_is_recorded_with_its_kind)
{
    record_well("--extended --verify", "family");
    ck_assert_int_eq(trace.dialect, DIALECT_EXTENDED);
    ck_assert_allocated(OP_ALLOC, MARK + 10);
    ck_assert_allocated(OP_CALLOC, MARK + 12);
    ck_assert_allocated(OP_ALLOC, MARK + 13);
    ck_assert_allocated(OP_ALLOC, MARK + 14);
    ck_assert_allocated(OP_MEMALIGN, MARK + 15);
    ck_assert_allocated(OP_MEMALIGN, MARK + 16);
    ck_assert_allocated(OP_MEMALIGN, MARK + 17);
    ck_assert_allocated(OP_MEMALIGN, MARK + 18);
    ck_assert_allocated(OP_MEMALIGN, 18 * 4096);
    ck_assert_allocated(OP_REALLOC, MARK + 20);
    ck_assert_allocated(OP_REALLOC, 90000);
    ck_assert_allocated(OP_ALLOC, 0);
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    end();
}
END_TEST

START_TEST(alignments_are_kept)
{
    record_well("--extended", "family");
    static const unsigned log2_of[] = {6, 7, 8, 12};
    for (size_t i = 0; i < trace.n_ops; i++) {
        const struct op *op = &trace.ops[i];
        if (op->kind == OP_MEMALIGN && op->size <= MARK + 18)
            ck_assert_uint_eq(op->align_log2, log2_of[op->size - MARK - 15]);
    }
    end();
}
END_TEST

START_TEST(classic_traces_have_three_kinds_and_no_empty_block)
{
    record_well("--verify", "family");
    ck_assert_int_eq(trace.dialect, DIALECT_CLASSIC);
    for (size_t i = 0; i < trace.n_ops; i++) {
        ck_assert_int_le(trace.ops[i].kind, OP_REALLOC);
        ck_assert(trace.ops[i].kind == OP_FREE || trace.ops[i].size > 0);
    }
    ck_assert_allocated(OP_ALLOC, MARK + 15);
    ck_assert_told("1 allocations of 0 bytes written as 1 byte");
    end();
}
END_TEST

START_TEST(refused_calls_leave_no_operation)
{
    record_well("--verify", "fail");
    ck_assert_allocated(OP_ALLOC, MARK + 30);
    ck_assert_allocated(OP_REALLOC, MARK + 31);
    ck_assert_uint_eq(trace.n_ops, 3 + 128 + 4); /* 4: constructors */
    end();
}
END_TEST

START_TEST(constructors_and_destructors_are_recorded)
{
    record_well("--verify", "nothing");
    ck_assert_uint_eq(trace.n_ops, 4);
    ck_assert_uint_eq(trace.ops[0].size, MARK + 1);
    ck_assert_uint_eq(trace.ops[1].size, MARK + 2);
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    end();
}
END_TEST

START_TEST(calls_in_a_signal_handler_are_recorded)
{
    record_well("--verify", "signal");
    ck_assert_allocated(OP_ALLOC, MARK + 70);
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    end();
}
END_TEST

/* ---- threads ------------------------------------------------------------- */

/* A valid trace frees nothing before it is allocated; all must be there. */
START_TEST(threads_are_recorded_in_an_order_that_replays)
{
    for (int i = 0; i < 5; i++) {
        record_well("", "threads");
        ck_assert_uint_ge(trace.n_ops, 160000);
        ck_assert_uint_le(trace.live_blocks_at_end, 4); /* of libpthread */
        ck_assert_ptr_null(strstr(recording.errors, "unseen"));
        ck_assert_ptr_null(strstr(recording.errors, "not completed"));
        end();
    }
}
END_TEST

START_TEST(threads_agree_with_what_the_program_had)
{
    record_well("--verify --extended", "threads");
    unsigned threads = 0;
    for (size_t i = 0; i < trace.n_ops; i++)
        threads = trace.ops[i].thread > threads ? trace.ops[i].thread : threads;
    ck_assert_uint_eq(threads, 4);
    ck_assert_told("1 of 1 traces verified");
    end();
}
END_TEST

/* ---- processes ----------------------------------------------------------- */

START_TEST(a_forked_child_has_a_file_of_its_own)
{
    char name[NAME_MAX + 1];
    record_well("--verify", "fork");
    ck_assert_allocated(OP_ALLOC, MARK + 40);
    ck_assert_allocated(OP_ALLOC, MARK + 42);
    ck_assert_uint_eq(recording_count(&trace, OP_ALLOC, MARK + 41), 0);
    trace_free(&trace);
    ck_assert_uint_eq(recording_files(&recording, "out.*.rep", name), 1);
    recording_read(&recording, name, &trace);
    ck_assert_uint_eq(trace.n_ops, 2);
    ck_assert_allocated(OP_ALLOC, MARK + 41);
    ck_assert_told("1 frees of blocks from before the recording left out");
    end();
}
END_TEST

START_TEST(children_of_a_threaded_program_are_recorded)
{
    char name[NAME_MAX + 1];
    record_well("--verify", "fork-threads");
    trace_free(&trace);
    ck_assert_uint_eq(recording_files(&recording, "out.*.rep", name), 20);
    recording_read(&recording, name, &trace);
    ck_assert_uint_eq(recording_count(&trace, OP_ALLOC, MARK + 43), 100);
    ck_assert_told("13 more traces of child processes");
    ck_assert_told("21 of 21 traces verified");
    end();
}
END_TEST

START_TEST(a_program_that_is_replaced_has_a_file_of_its_own)
{
    char name[NAME_MAX + 1];
    record_well("", "exec");
    ck_assert_uint_eq(recording_count(&trace, OP_ALLOC, MARK + 44), 0);
    ck_assert_uint_eq(trace.n_ops, 4);
    trace_free(&trace);
    ck_assert_uint_eq(recording_files(&recording, "out.*.0.rep", name), 1);
    recording_read(&recording, name, &trace);
    ck_assert_allocated(OP_ALLOC, MARK + 44);
    end();
}
END_TEST

/* ---- bad ends ------------------------------------------------------------ */

static void ck_assert_survives(const char *mode, int number, uint64_t last_size)
{
    record("--verify", mode);
    ck_assert_int_eq(recording.exit_status, 128 + number);
    recording_read(&recording, "out.rep", &trace);
    ck_assert_uint_eq(trace.n_ops, 20002);
    ck_assert_uint_eq(trace.ops[trace.n_ops - 1].size, last_size);
    ck_assert_uint_eq(recording_files(&recording, "*", NULL), 1);
    end();
}

START_TEST(a_crashed_program_leaves_a_trace)
{
    ck_assert_survives("crash", SIGSEGV, MARK + 50);
}
END_TEST

START_TEST(a_killed_program_leaves_a_trace)
{
    ck_assert_survives("killed", SIGKILL, MARK + 51);
}
END_TEST

START_TEST(a_full_disk_is_told_and_the_program_goes_on)
{
    record_well("--verify", "file-limit");
    ck_assert_str_eq(recording.output, "went on\n");
    ck_assert_told("goes on unrecorded");
    ck_assert_told("stopped early: File too large");
    ck_assert_uint_gt(trace.n_ops, 1000);
    ck_assert_uint_lt(trace.n_ops, 600000);
    end();
}
END_TEST

/* On a file system of its own, where events and text find no room together;
 * only who may mount one can try. */
START_TEST(a_trace_gets_the_room_of_its_events)
{
    char line[8 * PATH_MAX];
    char folder[] = "/tmp/recording.XXXXXX";
    char build[PATH_MAX];
    const char *given = getenv("BUILD");
    ck_assert_ptr_nonnull(
        realpath(given == NULL ? "build/release" : given, build));
    if (system("unshare -m mount -t tmpfs tmpfs /mnt 2>/dev/null") != 0)
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    int length = snprintf(
        line, sizeof line,
        "unshare -m sh -c 'mount -t tmpfs -o size=3m tmpfs %s && cd %s && "
        "%s/rep record -o x.rep -- %s/tests/programs/churn random 200000 && "
        "%s/rep check x.rep && test $(ls -A | wc -l) = 1' >/dev/null 2>&1",
        folder, folder, build, build, build);
    ck_assert_int_lt(length, (int)sizeof line);
    int status = system(line);
    rmdir(folder);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_terminated_recorder_ends_the_program_and_converts)
{
    recording_make(&recording, "",
                   "sh -c 'kill -TERM $PPID; while :; do :; done'");
    ck_assert_int_eq(recording.exit_status, 128 + SIGTERM);
    recording_read(&recording, "out.rep", &trace);
    end();
}
END_TEST

/* ---- what belongs to the program ----------------------------------------- */

START_TEST(the_program_notices_nothing)
{
    static const char *const modes[] = {"descriptors", "errno", "memory-limit",
                                        "usable"};
    record_well("", modes[_i]);
    ck_assert_str_eq(recording.output, "");
    end();
    record_well("--verify", modes[_i]);
    end();
}
END_TEST

START_TEST(long_recordings_are_whole)
{
    record_well("", "much");
    ck_assert_uint_eq(trace.n_ops, 600004);
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    end();
}
END_TEST

/* A plain file is written while the program runs, a compressed one later. */
START_TEST(what_is_followed_is_what_is_converted_later)
{
    struct trace followed;
    record_well("", "much");
    followed = trace;
    memset(&trace, 0, sizeof trace);
    recording_end(&recording);
    record("-o x.rep.gz", "much");
    recording_read(&recording, "x.rep.gz", &trace);
    ck_assert_uint_eq(trace.n_ops, followed.n_ops);
    ck_assert_mem_eq(trace.ops, followed.ops, trace.n_ops * sizeof *trace.ops);
    trace_free(&followed);
    end();
}
END_TEST

START_TEST(status_and_outputs_are_the_programs)
{
    recording_make(&recording, "",
                   "sh -c 'echo to output; echo to errors >&2; exit 7'");
    ck_assert_int_eq(recording.exit_status, 7);
    ck_assert_str_eq(recording.output, "to output\n");
    ck_assert_msg(strncmp(recording.errors, "to errors\n", 10) == 0, "%s",
                  recording.errors);
    ck_assert_uint_eq(recording_files(&recording, "*", NULL), 1);
    recording_end(&recording);
}
END_TEST

/* ---- options ------------------------------------------------------------- */

START_TEST(limit_keeps_the_first_operations)
{
    record_well("--limit 1000", "much");
    ck_assert_uint_eq(trace.n_ops, 1000);
    ck_assert_uint_eq(trace.ops[0].size, MARK + 1);
    end();
}
END_TEST

START_TEST(start_after_leaves_the_first_operations_out)
{
    struct trace whole;
    record_well("", "family");
    whole = trace;
    memset(&trace, 0, sizeof trace);
    recording_end(&recording);
    record_well("--start-after 3 --limit 4", "family");
    ck_assert_uint_eq(trace.n_ops, 4);
    for (size_t i = 0; i < trace.n_ops; i++) {
        ck_assert_uint_eq(trace.ops[i].kind, whole.ops[3 + i].kind);
        ck_assert_uint_eq(trace.ops[i].size, whole.ops[3 + i].size);
    }
    trace_free(&whole);
    end();
}
END_TEST

START_TEST(output_is_compressed_by_its_name)
{
    char line[PATH_MAX + 64];
    recording_make(&recording, "-o x.rep.gz --limit 500",
                   recording_allocations("fork"));
    recording_read(&recording, "x.rep.gz", &trace);
    ck_assert_uint_eq(recording_files(&recording, "x.*.rep.gz", NULL), 1);
    snprintf(line, sizeof line, "gzip -t %s/x.*rep.gz", recording.folder);
    ck_assert_int_eq(system(line), 0);
    end();
}
END_TEST

/* ---- programs that cannot be recorded ------------------------------------ */

START_TEST(a_privileged_program_is_refused)
{
    char command[2 * PATH_MAX];
    char copy[] = "/tmp/recording.XXXXXX";
    if (getuid() != 0)
        return; /* only root can make one */
    close(mkstemp(copy));
    snprintf(command, sizeof command,
             "cp %s && chown 65534 %s && chmod 4755 %s",
             recording_allocations(copy), copy, copy);
    ck_assert_int_eq(system(command), 0);
    recording_make(&recording, "", copy);
    unlink(copy);
    ck_assert_int_eq(recording.exit_status, USAGE);
    ck_assert_told("setuid");
    ck_assert_uint_eq(recording_files(&recording, "*", NULL), 0);
    recording_end(&recording);
}
END_TEST

Suite *record_suite(void)
{
    Suite *suite = suite_create("record");
    TCase *calls = tcase_create("calls");
    tcase_add_test(calls, every_function_is_recorded_with_its_kind);
    tcase_add_test(calls, alignments_are_kept);
    tcase_add_test(calls, classic_traces_have_three_kinds_and_no_empty_block);
    tcase_add_test(calls, refused_calls_leave_no_operation);
    tcase_add_test(calls, constructors_and_destructors_are_recorded);
    tcase_add_test(calls, calls_in_a_signal_handler_are_recorded);
    suite_add_tcase(suite, calls);

    TCase *many = tcase_create("threads and processes");
    tcase_set_timeout(many, 60);
    tcase_add_test(many, threads_are_recorded_in_an_order_that_replays);
    tcase_add_test(many, threads_agree_with_what_the_program_had);
    tcase_add_test(many, a_forked_child_has_a_file_of_its_own);
    tcase_add_test(many, children_of_a_threaded_program_are_recorded);
    tcase_add_test(many, a_program_that_is_replaced_has_a_file_of_its_own);
    suite_add_tcase(suite, many);

    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 60);
    tcase_add_test(ends, a_crashed_program_leaves_a_trace);
    tcase_add_test(ends, a_killed_program_leaves_a_trace);
    tcase_add_test(ends, a_full_disk_is_told_and_the_program_goes_on);
    tcase_add_test(ends, a_trace_gets_the_room_of_its_events);
    tcase_add_test(ends, a_terminated_recorder_ends_the_program_and_converts);
    suite_add_tcase(suite, ends);

    TCase *guests = tcase_create("the program's own");
    tcase_set_timeout(guests, 60);
    tcase_add_loop_test(guests, the_program_notices_nothing, 0, 4);
    tcase_add_test(guests, long_recordings_are_whole);
    tcase_add_test(guests, what_is_followed_is_what_is_converted_later);
    tcase_add_test(guests, status_and_outputs_are_the_programs);
    suite_add_tcase(suite, guests);

    TCase *options = tcase_create("options");
    tcase_add_test(options, limit_keeps_the_first_operations);
    tcase_add_test(options, start_after_leaves_the_first_operations_out);
    tcase_add_test(options, output_is_compressed_by_its_name);
    tcase_add_test(options, a_privileged_program_is_refused);
    suite_add_tcase(suite, options);
    return suite;
}
