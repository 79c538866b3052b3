/* The moment at which the tests of what carries a sink look. */
#ifndef UNIT_CONN_CARRY_H
#define UNIT_CONN_CARRY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW INT64_C(1790000000000)
#define SECOND INT64_C(1000)

#endif
