/*
 * event_file.c -- grows in chunks that double from 64 KiB to 1 MiB.
 *
 * Zeros are written and then faulted in at once.  Measured against allocating
 * space and taking the faults one by one, that halves the cost: the file
 * system makes large folios of large writes.
 */
#include "driver/record/preload/event_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "driver/record/preload/control.h"
#include "driver/record/preload/system.h"

#define FIRST_CHUNK_BYTES  ((uint64_t)64 << 10)
#define MAX_CHUNK_BYTES    ((uint64_t)1 << 20)
#define ZEROS_BYTES        FIRST_CHUNK_BYTES
#define MAX_PARTS          (MAX_CHUNK_BYTES / ZEROS_BYTES)
#define WINDOW_BYTES       ((uint64_t)64 << 30)
#define SMALL_WINDOW_SHARE 8 /* of a limited address space */
#define MAX_IMAGES         100000

/* Never written to: all its pages are the one zero page. */
static char zeros[ZEROS_BYTES];

static uint64_t bytes_before(uint64_t slot)
{
    return EVENTS_HEADER_BYTES + slot * sizeof(uint64_t);
}

/* Writes up to MAX_CHUNK_BYTES of zeros.  0 or an errno. */
static int write_zeros(int fd, uint64_t from, uint64_t to)
{
    while (from < to) {
        struct iovec parts[MAX_PARTS];
        size_t n = 0;
        for (uint64_t at = from; at < to && n < MAX_PARTS; n++) {
            size_t bytes = to - at < ZEROS_BYTES ? to - at : ZEROS_BYTES;
            parts[n] = (struct iovec){zeros, bytes};
            at += bytes;
        }
        ssize_t written = system_pwritev(fd, parts, n, from);
        if (written <= 0)
            return written == 0 ? ENOSPC : errno;
        from += (uint64_t)written;
    }
    return 0;
}

/* 0 or an errno. */
static int extend(int fd, uint64_t from, uint64_t to)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && to > limit.rlim_cur)
        return EFBIG; /* the attempt would raise SIGXFSZ */
    return write_zeros(fd, from, to);
}

/* Returns a descriptor, or -1 with errno. */
static int create(struct log *log)
{
    for (int image = 0; image < MAX_IMAGES; image++) {
        int length = snprintf(log->path, sizeof log->path,
                              "%s/%d.%d" RECORD_EVENTS_SUFFIX,
                              control_directory(), (int)getpid(), image);
        if (length < 0 || (size_t)length >= sizeof log->path)
            break;
        int fd = system_open(log->path, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    errno = ENAMETOOLONG;
    return -1;
}

/* Much, unless the program may have only so much. */
static uint64_t window_bytes(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return WINDOW_BYTES;
    uint64_t share = limit.rlim_cur / SMALL_WINDOW_SHARE & ~UINT64_C(4095);
    return share < WINDOW_BYTES ? share : WINDOW_BYTES;
}

static int map(struct log *log, int fd)
{
    uint64_t bytes = EVENTS_HEADER_BYTES + FIRST_CHUNK_BYTES;
    uint64_t window = window_bytes();
    int problem = window < bytes ? ENOMEM : extend(fd, 0, bytes);
    if (problem != 0)
        return problem;
    void *start = mmap(NULL, window, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (start == MAP_FAILED)
        return errno;
    madvise(start, window, MADV_DONTFORK);
    log->header = start;
    log->slots = (uint64_t *)((char *)start + EVENTS_HEADER_BYTES);
    log->max_slots = (window - EVENTS_HEADER_BYTES) / sizeof(uint64_t);
    log->ready = FIRST_CHUNK_BYTES / sizeof(uint64_t);
    return 0;
}

int event_file_create(struct log *log)
{
    int fd = create(log);
    if (fd < 0)
        return errno;
    int problem = map(log, fd);
    system_close(fd);
    return problem;
}

static uint64_t next_size(uint64_t bytes, uint64_t least)
{
    uint64_t step = bytes < MAX_CHUNK_BYTES ? bytes : MAX_CHUNK_BYTES;
    uint64_t goal = bytes + step;
    while (goal < least)
        goal += step;
    return goal;
}

int event_file_enlarge(struct log *log, uint64_t end)
{
    uint64_t bytes = bytes_before(log->ready);
    uint64_t goal = next_size(bytes, bytes_before(end));
    uint64_t most = bytes_before(log->max_slots);
    if (goal > most)
        goal = most;
    int fd = system_open(log->path, O_RDWR, 0);
    if (fd < 0)
        return errno;
    int problem = extend(fd, bytes, goal);
    system_close(fd);
    if (problem != 0)
        return problem;
    uint64_t page = bytes & ~UINT64_C(4095);
    madvise((char *)log->header + page, goal - page, MADV_POPULATE_WRITE);
    log->ready = (goal - EVENTS_HEADER_BYTES) / sizeof(uint64_t);
    return 0;
}
