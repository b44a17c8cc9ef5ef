/*
 * worker_memory.h -- how much memory a worker takes, and how much it may.
 *
 * Internal to replay/.  What counts is what is resident: address space costs
 * nothing, and reservations and sanitizers' shadows take terabytes of it.
 */
#ifndef DRIVER_REPLAY_WORKER_MEMORY_H
#define DRIVER_REPLAY_WORKER_MEMORY_H

#include <stddef.h>
#include <sys/types.h>

/* Resident bytes of a process; all 0 when it cannot be read. */
struct residence {
    size_t all_bytes;     /* with pages of files and shared memory */
    size_t private_bytes; /* without: what a child inherits at a fork */
};

struct residence worker_memory_resident(pid_t pid);

/*
 * What one of so many workers may take: three quarters of what the machine
 * has available, or of the control group's limit where that is less, divided
 * among them.
 */
size_t worker_memory_share(size_t workers);

#endif
