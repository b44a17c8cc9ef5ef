/*
 * test_worker.c -- every way in which a worker can end, one by one.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver/replay/worker.h"

#define MIB ((size_t)1 << 20)

static volatile int sink;

/* Runs one task to its end. */
static struct worker_task run_limited(worker_fn *run, void *context,
                                      double seconds, size_t memory_bytes)
{
    struct worker_task task = {.run = run,
                               .context = context,
                               .output_bytes = 64,
                               .seconds_limit = seconds,
                               .memory_limit_bytes = memory_bytes};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(worker_interrupted(), 0);
    return task;
}

static struct worker_task run_one(worker_fn *run)
{
    return run_limited(run, NULL, 60, 0);
}

static bool has_function(const struct post_mortem *dead, const char *function)
{
    for (size_t i = 0; i < dead->n_frames; i++) {
        if (strcmp(dead->frames[i].function, function) == 0) {
            return true;
        }
    }
    return false;
}

static void expect_crash(worker_fn *run, int signal_number)
{
    struct worker_task task = run_one(run);
    ck_assert_int_eq(task.end.how, WORKER_CRASHED);
    ck_assert(task.end.post_mortem.exists);
    ck_assert_int_eq(task.end.post_mortem.signal, signal_number);
    worker_task_release(&task);
}

/* ---- ends ---------------------------------------------------------------- */

static void return_output(void *context, struct worker_progress *progress,
                          void *output)
{
    progress->subject = 3;
    memcpy(output, context, 6);
}

START_TEST(output_of_a_good_worker)
{
    char text[] = "fruit";
    struct worker_task task = run_limited(return_output, text, 60, 0);
    ck_assert_int_eq(task.end.how, WORKER_DONE);
    ck_assert(!task.end.post_mortem.exists);
    ck_assert_uint_eq(task.end.subject, 3);
    ck_assert_str_eq(task.output, "fruit");
    ck_assert_int_eq(((char *)task.output)[63], 0);
    worker_task_release(&task);
    ck_assert_ptr_null(task.output);
}
END_TEST

/* Not null: the sanitizers would object before the machine does. */
static volatile int *volatile nowhere = (volatile int *)16;

static void read_null(void *context, struct worker_progress *progress,
                      void *output)
{
    (void)context, (void)progress, (void)output;
    sink = *nowhere;
}

START_TEST(null_is_told_with_its_address)
{
    struct worker_task task = run_one(read_null);
    const struct post_mortem *dead = &task.end.post_mortem;
    ck_assert_int_eq(task.end.how, WORKER_CRASHED);
    ck_assert_int_eq(dead->signal, SIGSEGV);
    ck_assert(dead->has_address);
    ck_assert_uint_eq(dead->address, 16);
    ck_assert(!dead->in_heap);
    ck_assert(!dead->stack_overflow);
    ck_assert_uint_eq(dead->op, FAULT_NO_OP);
    worker_task_release(&task);
}
END_TEST

static void write_protected(void *context, struct worker_progress *progress,
                            void *output)
{
    (void)context, (void)output;
    static struct heap heap = {.reserved = 4 * HEAP_PAGE};
    heap.base = mmap(NULL, heap.reserved, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    progress->heap = &heap;
    progress->round = 2;
    progress->op = 41;
    strcpy(progress->phase, "correctness");
    *(volatile unsigned char *)(heap.base + 5000) = 1;
}

START_TEST(address_in_heap_is_told_as_offset)
{
    struct worker_task task = run_one(write_protected);
    const struct post_mortem *dead = &task.end.post_mortem;
    ck_assert_int_eq(task.end.how, WORKER_CRASHED);
    ck_assert(dead->in_heap);
    ck_assert_uint_eq(dead->heap_offset, 5000);
    ck_assert_uint_eq(dead->op, 41);
    ck_assert_uint_eq(dead->round, 2);
    ck_assert_str_eq(dead->phase, "correctness");
    worker_task_release(&task);
}
END_TEST

static void call_abort(void *context, struct worker_progress *progress,
                       void *output)
{
    (void)context, (void)progress, (void)output;
    abort();
}

START_TEST(abort_is_told)
{
    expect_crash(call_abort, SIGABRT);
}
END_TEST

static void raise_given(void *context, struct worker_progress *progress,
                        void *output)
{
    (void)progress, (void)output;
    raise(*(int *)context);
}

START_TEST(any_signal_is_told)
{
    static const int signals[] = {SIGFPE,  SIGILL,  SIGBUS, SIGTRAP,
                                  SIGTERM, SIGKILL, SIGSYS, SIGPIPE};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        int number = signals[i];
        struct worker_task task = run_limited(raise_given, &number, 60, 0);
        ck_assert_int_eq(task.end.how, WORKER_CRASHED);
        ck_assert_int_eq(task.end.post_mortem.signal, number);
        ck_assert(!task.end.post_mortem.has_address);
        worker_task_release(&task);
    }
}
END_TEST

#if defined __x86_64__
static void divide_by_zero(void *context, struct worker_progress *progress,
                           void *output)
{
    (void)context, (void)progress, (void)output;
    __asm__ volatile("xorl %%ecx, %%ecx; idivl %%ecx"
                     :
                     :
                     : "eax", "ecx", "edx");
}

static void illegal_instruction(void *context, struct worker_progress *progress,
                                void *output)
{
    (void)context, (void)progress, (void)output;
    __asm__ volatile("ud2");
}

START_TEST(faulting_instructions_are_told)
{
    expect_crash(divide_by_zero, SIGFPE);
    expect_crash(illegal_instruction, SIGILL);
}
END_TEST
#endif

static int descend(int depth)
{
    volatile char frame[4096];
    frame[0] = (char)depth;
    sink = frame[0];
    return depth < 0 ? 0 : descend(depth + 1) + frame[0];
}

static void overflow_stack(void *context, struct worker_progress *progress,
                           void *output)
{
    (void)context, (void)progress, (void)output;
    sink = descend(0);
}

START_TEST(stack_overflow_is_told)
{
    struct worker_task task = run_one(overflow_stack);
    ck_assert_int_eq(task.end.how, WORKER_CRASHED);
    ck_assert_int_eq(task.end.post_mortem.signal, SIGSEGV);
    ck_assert(task.end.post_mortem.stack_overflow);
    ck_assert_uint_eq(task.end.post_mortem.n_frames, POST_MORTEM_FRAMES);
    ck_assert_str_eq(task.end.post_mortem.frames[9].function, "descend");
    worker_task_release(&task);
}
END_TEST

static void call_exit(void *context, struct worker_progress *progress,
                      void *output)
{
    (void)progress, (void)output;
    exit(*(int *)context);
}

static void call__exit(void *context, struct worker_progress *progress,
                       void *output)
{
    (void)progress;
    strcpy(output, "kept");
    _exit(*(int *)context);
}

START_TEST(exits_are_told_with_their_status)
{
    static const int statuses[] = {0, 3};
    static worker_fn *const ways[] = {call_exit, call__exit};
    for (size_t i = 0; i < 4; i++) {
        int status = statuses[i / 2];
        struct worker_task task = run_limited(ways[i % 2], &status, 60, 0);
        ck_assert_int_eq(task.end.how, WORKER_EXITED);
        ck_assert_int_eq(task.end.post_mortem.signal, 0);
        ck_assert_int_eq(task.end.post_mortem.exit_status, status);
        worker_task_release(&task);
    }
}
END_TEST

START_TEST(output_before_the_end_is_kept)
{
    int status = 0;
    struct worker_task task = run_limited(call__exit, &status, 60, 0);
    ck_assert_str_eq(task.output, "kept");
    worker_task_release(&task);
}
END_TEST

/* ---- limits -------------------------------------------------------------- */

static void hang(void *context, struct worker_progress *progress, void *output)
{
    (void)context, (void)output;
    progress->op = 17;
    for (;;) {
        sink++;
    }
}

static void hang_deaf(void *context, struct worker_progress *progress,
                      void *output)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    hang(context, progress, output);
}

START_TEST(hang_is_told_with_its_operation)
{
    struct worker_task task = run_limited(hang, NULL, 0.2, 0);
    const struct post_mortem *dead = &task.end.post_mortem;
    ck_assert_int_eq(task.end.how, WORKER_HUNG);
    ck_assert_int_eq(dead->signal, 0);
    ck_assert_uint_eq(dead->op, 17);
    ck_assert(has_function(dead, "hang"));
    worker_task_release(&task);
}
END_TEST

/* Works on for long, most of it on the harness's account. */
static void check_at_length(void *context, struct worker_progress *progress,
                            void *output)
{
    (void)context;
    (void)output;
    for (int i = 0; i < 12; i++) {
        usleep(50000);
        progress->excused_s += 0.05;
    }
}

START_TEST(time_of_checks_is_not_a_hang)
{
    struct worker_task task = run_limited(check_at_length, NULL, 0.3, 0);
    ck_assert_int_eq(task.end.how, WORKER_DONE);
    ck_assert_double_gt(task.end.seconds, 0.3);
    worker_task_release(&task);
}
END_TEST

START_TEST(hang_with_signals_blocked_ends_too)
{
    struct worker_task task = run_limited(hang_deaf, NULL, 0.2, 0);
    ck_assert_int_eq(task.end.how, WORKER_HUNG);
    ck_assert_uint_eq(task.end.post_mortem.op, 17);
    worker_task_release(&task);
}
END_TEST

static void eat_memory(void *context, struct worker_progress *progress,
                       void *output)
{
    (void)output;
    int visibility = *(int *)context;
    for (progress->op = 0; progress->op < 4096; progress->op++) {
        unsigned char *more = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
                                   visibility | MAP_ANONYMOUS, -1, 0);
        for (size_t i = 0; i < MIB; i += HEAP_PAGE) {
            ((volatile unsigned char *)more)[i] = 1;
        }
        usleep(1000);
    }
}

START_TEST(runaway_memory_is_stopped)
{
    static const int visibilities[] = {MAP_PRIVATE, MAP_SHARED};
    for (size_t i = 0; i < 2; i++) {
        int visibility = visibilities[i];
        struct worker_task task =
            run_limited(eat_memory, &visibility, 60, 64 * MIB);
        ck_assert_int_eq(task.end.how, WORKER_RUNAWAY);
        ck_assert_uint_gt(task.end.resident_bytes, 64 * MIB);
        ck_assert_uint_ge(task.end.post_mortem.op, 8);
        ck_assert_uint_lt(task.end.post_mortem.op, 4096);
        worker_task_release(&task);
    }
}
END_TEST

/* ---- the nearest block --------------------------------------------------- */

static bool find_nearest(const void *context, uint64_t address,
                         struct fault_block *block, int64_t *distance)
{
    *block = *(const struct fault_block *)context;
    *distance = (int64_t)(address - block->address - block->bytes);
    return true;
}

static const struct fault_block planted = {
    .address = 0, .bytes = 10, .op = 7, .id = 5, .exists = 1};

static void die_near_block(void *context, struct worker_progress *progress,
                           void *output)
{
    progress->nearest = find_nearest;
    progress->nearest_context = &planted;
    read_null(context, progress, output);
}

START_TEST(nearest_block_is_told)
{
    struct worker_task task = run_one(die_near_block);
    const struct post_mortem *dead = &task.end.post_mortem;
    ck_assert_uint_eq(dead->block.exists, 1);
    ck_assert_uint_eq(dead->block.op, 7);
    ck_assert_uint_eq(dead->block.id, 5);
    ck_assert_int_eq(dead->block_distance, 6);
    worker_task_release(&task);
}
END_TEST

static bool fault_again(const void *context, uint64_t address,
                        struct fault_block *block, int64_t *distance)
{
    (void)context, (void)address, (void)distance;
    block->exists = 1;
    sink = *nowhere;
    return true;
}

static bool hang_again(const void *context, uint64_t address,
                       struct fault_block *block, int64_t *distance)
{
    (void)context, (void)address, (void)block, (void)distance;
    do {
        sink++;
    } while (nowhere != NULL);
    return true;
}

static void die_twice(void *context, struct worker_progress *progress,
                      void *output)
{
    progress->op = 99;
    progress->nearest = *(worker_nearest_fn **)context;
    read_null(NULL, progress, output);
}

START_TEST(fault_in_the_handler_loses_nothing)
{
    static worker_nearest_fn *bad[] = {fault_again, hang_again};
    for (size_t i = 0; i < 2; i++) {
        struct worker_task task = run_limited(die_twice, &bad[i], 60, 0);
        const struct post_mortem *dead = &task.end.post_mortem;
        ck_assert_int_eq(task.end.how, WORKER_CRASHED);
        ck_assert_int_eq(dead->signal, SIGSEGV);
        ck_assert_uint_eq(dead->address, 16);
        ck_assert_uint_eq(dead->op, 99);
        ck_assert_uint_eq(dead->block.exists, 0);
        ck_assert_str_eq(dead->frames[0].function, "read_null");
        worker_task_release(&task);
    }
}
END_TEST

/* ---- words --------------------------------------------------------------- */

START_TEST(ends_in_words)
{
    char text[80];
    struct worker_end end = {
        .how = WORKER_CRASHED,
        .post_mortem = {.signal = SIGSEGV, .op = 122, .n_last_ops = 1}};
    end.post_mortem.last_ops[0] =
        (struct told_op){.line = 127, .text = "a 17 4096"};
    ck_assert_str_eq(worker_describe_end(&end, text, sizeof text),
                     "SIGSEGV at operation 123, line 127: a 17 4096");
    ck_assert_str_eq(worker_describe_end(&end, text, 12), "SIGSEGV at ");
    end.post_mortem.stack_overflow = true;
    ck_assert_str_eq(worker_describe_end(&end, text, 31),
                     "SIGSEGV (stack overflow) at op");
    end = (struct worker_end){
        .how = WORKER_EXITED,
        .post_mortem = {.exit_status = 3, .op = FAULT_NO_OP}};
    ck_assert_str_eq(worker_describe_end(&end, text, sizeof text),
                     "exit with status 3 outside of any operation");
    end = (struct worker_end){.how = WORKER_HUNG, .seconds = 60.04};
    ck_assert_str_eq(worker_describe_end(&end, text, sizeof text),
                     "no end after 60 s at operation 1");
    ck_assert_str_eq(worker_signal_name(SIGBUS, text, sizeof text), "SIGBUS");
    ck_assert_str_eq(worker_signal_name(77, text, sizeof text), "signal 77");
}
END_TEST

Suite *worker_suite(void)
{
    Suite *suite = suite_create("worker");
    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 60);
    tcase_add_test(ends, output_of_a_good_worker);
    tcase_add_test(ends, null_is_told_with_its_address);
    tcase_add_test(ends, address_in_heap_is_told_as_offset);
    tcase_add_test(ends, abort_is_told);
    tcase_add_test(ends, any_signal_is_told);
#if defined __x86_64__
    tcase_add_test(ends, faulting_instructions_are_told);
#endif
    tcase_add_test(ends, stack_overflow_is_told);
    tcase_add_test(ends, exits_are_told_with_their_status);
    tcase_add_test(ends, output_before_the_end_is_kept);
    tcase_add_test(ends, hang_is_told_with_its_operation);
    tcase_add_test(ends, time_of_checks_is_not_a_hang);
    tcase_add_test(ends, hang_with_signals_blocked_ends_too);
    tcase_add_test(ends, runaway_memory_is_stopped);
    tcase_add_test(ends, nearest_block_is_told);
    tcase_add_test(ends, fault_in_the_handler_loses_nothing);
    tcase_add_test(ends, ends_in_words);
    suite_add_tcase(suite, ends);
    return suite;
}
