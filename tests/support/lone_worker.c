/*
 * lone_worker.c -- a pool of one.
 */
#include "tests/support/lone_worker.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

void *share_zeroed(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    return memory;
}

void expect_no_children(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

enum worker_how run_alone(worker_fn *run, void *context)
{
    struct worker_task task = {
        .run = run, .context = context, .seconds_limit = 60};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    worker_task_release(&task);
    expect_no_children();
    return task.end.how;
}

void sleep_forever(void *context, struct worker_progress *progress,
                   void *output)
{
    (void)context, (void)progress, (void)output;
    for (;;) {
        pause();
    }
}
