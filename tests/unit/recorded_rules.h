/* The recorded samples of the rules, tests/data/connect/rules.json, as cmocka's group state. */
#ifndef UNIT_RECORDED_RULES_H
#define UNIT_RECORDED_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"

static cJSON *recorded, *known;

static cJSON *read_json(const char *path)
{
    char *text;
    size_t len;
    cJSON *json;
    struct pt_error err;
    if (file_read(path, 1 << 20, &text, &len, &err) != PT_OK ||
        json_parse(text, len, &json, &err) != PT_OK)
        fail_msg("%s: %s", path, err.what);
    free(text);
    return json;
}

static int load(void **state)
{
    (void)state;
    recorded = read_json("tests/data/aws/mskconnect_rules.json");
    known = read_json("tests/data/connect/rules.json");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    json_free(recorded);
    json_free(known);
    return 0;
}

#endif
