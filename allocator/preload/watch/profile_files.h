/*
 * profile_files.h -- what MALLOC_PROFILE leaves behind.
 *
 * FILE, for jeprof and pprof: the samples as they were taken, live and in all,
 * by stacks of return addresses, and where the process's files were mapped.
 *
 *   heap profile: 12: 6291456 [ 40: 20971520] @ heap_v2/524288
 *        3: 1572864 [     9: 4718592] @ 0x55d0c0de 0x55d0beef ...
 *   MAPPED_LIBRARIES:
 *   55d0c000-55d0d000 r-xp ...
 *
 * FILE.txt, to read: estimates of what was asked for in truth, by names.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_PROFILE_FILES_H
#define ALLOCATOR_PRELOAD_WATCH_PROFILE_FILES_H

/* Writes both from sites.h; tells when that fails. */
void profile_write(const char *path);

#endif
