/*
 * worker_orphans.c -- by the kernel's list of our children.
 *
 * Where that list is missing (CONFIG_PROC_CHILDREN) nothing is swept.
 */
#include "driver/replay/worker_orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A subject that forks faster than this many sweeps has its way. */
#define SWEEPS   100
#define CHILDREN 512 /* looked at in one sweep */

static size_t list_children(pid_t *children, size_t room)
{
    char path[64], text[CHILDREN * 8];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    text[got > 0 ? got : 0] = '\0';
    size_t n = 0;
    char *end;
    /* Each number ends in a space: one without it was cut. */
    for (char *at = text; n < room; at = end) {
        long pid = strtol(at, &end, 10);
        if (end == at || *end != ' ') {
            break;
        }
        children[n++] = (pid_t)pid;
    }
    return n;
}

void worker_orphans_begin(struct worker_orphans *orphans)
{
    orphans->n_before = list_children(orphans->before, WORKER_ORPHANS_BEFORE);
    prctl(PR_GET_CHILD_SUBREAPER, &orphans->callers_setting);
    /* With more children than can be remembered, better none is swept. */
    if (orphans->n_before < WORKER_ORPHANS_BEFORE) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
}

static bool is_orphan(const struct worker_orphans *orphans,
                      const struct worker_process *processes, size_t n,
                      pid_t pid)
{
    for (size_t i = 0; i < orphans->n_before; i++) {
        if (orphans->before[i] == pid) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (processes[i].task != NULL && processes[i].pid == pid) {
            return false;
        }
    }
    return true;
}

/* How many were ended: these may have left children again. */
static size_t sweep_once(const struct worker_orphans *orphans,
                         const struct worker_process *processes, size_t n)
{
    pid_t children[CHILDREN];
    size_t n_children = list_children(children, CHILDREN);
    size_t ended = 0;
    for (size_t i = 0; i < n_children; i++) {
        if (is_orphan(orphans, processes, n, children[i])) {
            kill(children[i], SIGKILL);
            while (waitpid(children[i], NULL, 0) < 0 && errno == EINTR) {
            }
            ended++;
        }
    }
    return ended;
}

void worker_orphans_sweep(const struct worker_orphans *orphans,
                          const struct worker_process *processes, size_t n)
{
    if (orphans->n_before == WORKER_ORPHANS_BEFORE) {
        return;
    }
    for (int i = 0; i < SWEEPS && sweep_once(orphans, processes, n) > 0; i++) {
    }
}

void worker_orphans_end(const struct worker_orphans *orphans)
{
    prctl(PR_SET_CHILD_SUBREAPER, orphans->callers_setting);
}
