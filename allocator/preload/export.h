/*
 * export.h -- marks what the library exports; all else is hidden.
 */
#ifndef ALLOCATOR_PRELOAD_EXPORT_H
#define ALLOCATOR_PRELOAD_EXPORT_H

#define EXPORT __attribute__((visibility("default")))

#endif
