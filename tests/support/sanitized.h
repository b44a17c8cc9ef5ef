/*
 * sanitized.h -- SANITIZED is defined where a sanitizer brings a malloc of its
 * own without statistics, keeps shadows of what is touched, and takes the
 * signal of a wild access for itself.
 */
#ifndef TESTS_SUPPORT_SANITIZED_H
#define TESTS_SUPPORT_SANITIZED_H

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#endif
