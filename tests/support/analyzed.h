/* Read before every test's own lines when clang's analyzer looks at them, never when they are
 * compiled: it doesn't know that a failed assert of cmocka ends the test, and would go on beyond it
 * with the pointer that was NULL. */
#ifndef ANALYZED_H
#define ANALYZED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#undef fail_msg
#define fail_msg(...) (print_error(__VA_ARGS__), abort())
#undef assert_non_null
#define assert_non_null(c) ((c) != NULL ? (void)0 : abort())
#undef assert_true
#define assert_true(c) ((c) ? (void)0 : abort())
#undef assert_false
#define assert_false(c) ((c) ? abort() : (void)0)
#undef assert_int_equal
#define assert_int_equal(a, b) ((a) == (b) ? (void)0 : abort())

#endif
