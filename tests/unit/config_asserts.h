/* What a test expects of a configuration: that it is refused, or a property with its value and
 * origin. */
#ifndef UNIT_CONFIG_ASSERTS_H
#define UNIT_CONFIG_ASSERTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "pintop/config.h"

#define FIXTURES "tests/data/config/"

/* The load fails; nothing of the secret is in the error. */
static struct pt_error refused(const char *context, const char *const *files,
                               const char *const *settings, pt_code code)
{
    struct pt_config *cfg;
    struct pt_error err;
    assert_int_equal(load_all(context, files, settings, &cfg, &err), code);
    assert_null(cfg);
    assert_int_equal(err.code, code);
    assert_null(strstr(err.what, SECRET));
    assert_null(strstr(err.fix, SECRET));
    return err;
}

static void assert_property(const struct pt_config *cfg, const char *name, const char *value,
                            const char *origin)
{
    const struct pt_property *found = property(cfg, name);
    assert_non_null(found);
    if (value == NULL)
        assert_null(found->value);
    else
        assert_string_equal(found->value, value);
    assert_string_equal(found->origin, origin);
}

static void assert_get(const struct pt_config *cfg, const char *name, const char *value)
{
    const char *found = pt_config_get(cfg, name);
    if (value == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, value);
    }
}

#endif
