/* The rules of the OpenMetrics text format, and those that promtool adds, as a check of a text:
 * every line is one of the format, families do not mix, names end as their type and unit want, each
 * series is there once, buckets are cumulative, one state of a set is on. */
#ifndef UNIT_METRICS_RULES_H
#define UNIT_METRICS_RULES_H

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES_LINES = 20000, RULES_NAME = 128 };

struct metrics_rules {
    char family[RULES_NAME], type[16], unit[16];
    char *families[200];
    size_t n_families;
    char *series[RULES_LINES];
    size_t n_series;
    double last_bucket;
    char bucket_of[400];
    char why[600];
};

static bool rules_fail(struct metrics_rules *rules, const char *why, const char *line)
{
    snprintf(rules->why, sizeof rules->why, "%s: %.400s", why, line);
    return false;
}

static bool rules_match(const char *pattern, const char *line)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool is_match = regexec(&regex, line, 0, NULL, 0) == 0;
    regfree(&regex);
    return is_match;
}

static bool rules_ends(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len > n && strcmp(text + len - n, end) == 0;
}

static bool rules_begin_family(struct metrics_rules *rules, const char *line)
{
    if (sscanf(line, "# TYPE %127s %15s", rules->family, rules->type) != 2)
        return rules_fail(rules, "not a TYPE line", line);
    for (size_t i = 0; i < rules->n_families; i++)
        if (strcmp(rules->families[i], rules->family) == 0)
            return rules_fail(rules, "the family is there twice", line);
    rules->families[rules->n_families++] = strdup(rules->family);
    rules->unit[0] = '\0';
    if (!rules_match("^pintop_[a-z0-9_]+$", rules->family) || rules_ends(rules->family, "_total") ||
        rules_ends(rules->family, "_info") || rules_ends(rules->family, "_count"))
        return rules_fail(rules, "the name of the family", line);
    return rules_match("^(gauge|counter|histogram|stateset|info)$", rules->type) ||
           rules_fail(rules, "the type", line);
}

static bool rules_meta(struct metrics_rules *rules, const char *line)
{
    char name[RULES_NAME], unit[16], end[20];
    if (strncmp(line, "# TYPE ", 7) == 0)
        return rules_begin_family(rules, line);
    if (sscanf(line, "# UNIT %127s %15s", name, unit) == 2) {
        snprintf(end, sizeof end, "_%s", unit);
        snprintf(rules->unit, sizeof rules->unit, "%s", unit);
        return (strcmp(name, rules->family) == 0 && rules_ends(name, end) &&
                strcmp(rules->type, "stateset") != 0 && strcmp(rules->type, "info") != 0) ||
               rules_fail(rules, "the unit", line);
    }
    return (sscanf(line, "# HELP %127s", name) == 1 && strcmp(name, rules->family) == 0 &&
            rules_match("^# HELP [a-z0-9_]+ [A-Z].*\\.$", line)) ||
           rules_fail(rules, "the help", line);
}

/* Buckets grow, and end with +Inf. */
static bool rules_bucket(struct metrics_rules *rules, const char *line, double value)
{
    char of[400];
    snprintf(of, sizeof of, "%.*s", (int)(strstr(line, "le=\"") - line), line);
    bool is_same = strcmp(of, rules->bucket_of) == 0;
    if (is_same && value < rules->last_bucket)
        return rules_fail(rules, "a bucket is less than the one before", line);
    snprintf(rules->bucket_of, sizeof rules->bucket_of, "%s", of);
    rules->last_bucket = value;
    return true;
}

static bool rules_value(struct metrics_rules *rules, const char *line, const char *suffix,
                        double value)
{
    if (strcmp(rules->type, "counter") == 0 || strcmp(rules->type, "histogram") == 0)
        if (value < 0)
            return rules_fail(rules, "a counter is negative", line);
    if (strcmp(rules->type, "stateset") == 0 && value != 0 && value != 1)
        return rules_fail(rules, "a state is neither 0 nor 1", line);
    if (strcmp(suffix, "_bucket") == 0)
        return rules_bucket(rules, line, value);
    if (strcmp(suffix, "_count") == 0 && value != rules->last_bucket)
        return rules_fail(rules, "the count is not that of the last bucket", line);
    return true;
}

static bool rules_suffix(const char *type, const char *suffix)
{
    if (strcmp(type, "counter") == 0)
        return strcmp(suffix, "_total") == 0;
    if (strcmp(type, "info") == 0)
        return strcmp(suffix, "_info") == 0;
    if (strcmp(type, "histogram") == 0)
        return strcmp(suffix, "_bucket") == 0 || strcmp(suffix, "_count") == 0 ||
               strcmp(suffix, "_sum") == 0;
    return suffix[0] == '\0';
}

static bool rules_sample(struct metrics_rules *rules, const char *line)
{
    static const char form[] = "^[a-z_][a-z0-9_]*(\\{[a-z_]+=\"([^\"\\\\]|\\\\[n\"\\\\])*\"(,[a-z_]"
                               "+=\"([^\"\\\\]|\\\\[n\"\\\\])*\""
                               ")*\\})? -?[0-9]+(\\.[0-9]+)?(e[+-][0-9]+)?$";
    size_t len = strlen(rules->family), name = strcspn(line, "{ ");
    char suffix[RULES_NAME];
    if (!rules_match(form, line))
        return rules_fail(rules, "not a sample", line);
    if (strncmp(line, rules->family, len) != 0 || name < len)
        return rules_fail(rules, "a sample of another family", line);
    snprintf(suffix, sizeof suffix, "%.*s", (int)(name - len), line + len);
    if (!rules_suffix(rules->type, suffix))
        return rules_fail(rules, "the end of the name", line);
    const char *value = strrchr(line, ' ');
    for (size_t i = 0; i < rules->n_series; i++)
        if (strlen(rules->series[i]) == (size_t)(value - line) &&
            strncmp(rules->series[i], line, (size_t)(value - line)) == 0)
            return rules_fail(rules, "the series is there twice", line);
    assert_true(rules->n_series < RULES_LINES);
    rules->series[rules->n_series++] = strndup(line, (size_t)(value - line));
    return rules_value(rules, line, suffix, strtod(value, NULL));
}

/* Returns whether the text keeps the rules; rules->why says what is wrong. */
static bool rules_keep(struct metrics_rules *rules, const char *text)
{
    char line[2000];
    bool is_over = false, is_good = true;
    while (*text != '\0' && is_good) {
        size_t len = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)len, text);
        if (is_over || text[len] != '\n')
            is_good = rules_fail(rules, is_over ? "after the end" : "no newline", line);
        else if (strcmp(line, "# EOF") == 0)
            is_over = true;
        else
            is_good = line[0] == '#' ? rules_meta(rules, line) : rules_sample(rules, line);
        text += len + (text[len] == '\n');
    }
    return is_good && (is_over || rules_fail(rules, "the text has no end", ""));
}

static bool metrics_keep_rules(const char *text, char *why, size_t cap)
{
    struct metrics_rules *rules = calloc(1, sizeof *rules);
    assert_non_null(rules);
    bool is_good = rules_keep(rules, text);
    snprintf(why, cap, "%s", rules->why);
    for (size_t i = 0; i < rules->n_families; i++)
        free(rules->families[i]);
    for (size_t i = 0; i < rules->n_series; i++)
        free(rules->series[i]);
    free(rules);
    return is_good;
}

static void metrics_check(const char *text)
{
    char why[600];
    if (!metrics_keep_rules(text, why, sizeof why))
        fail_msg("%s", why);
}

/* The check itself can fail. */
static void metrics_rules_can_fail(void **state)
{
#define GAUGE "# TYPE pintop_a gauge\n# HELP pintop_a A.\n"
#define BUCKETS "# TYPE pintop_a histogram\n# HELP pintop_a A.\npintop_a_bucket{le=\"1\"} "
    static const char *const bad[] = {
        GAUGE "pintop_a 1\n",
        GAUGE "pintop_a 1\n# EOF\n\n",
        GAUGE "pintop_a 1\npintop_a 2\n# EOF\n",
        GAUGE "pintop_b 1\n# EOF\n",
        GAUGE "pintop_a_total 1\n# EOF\n",
        GAUGE "pintop_a nan\n# EOF\n",
        GAUGE "pintop_a{x=\"a\"b\"} 1\n# EOF\n",
        GAUGE "pintop_a{x=\"a\\\"} 1\n# EOF\n",
        GAUGE GAUGE "# EOF\n",
        "# TYPE pintop_a counter\n# HELP pintop_a A.\npintop_a 1\n# EOF\n",
        "# TYPE pintop_a counter\n# HELP pintop_a A.\npintop_a_total -1\n# EOF\n",
        "# TYPE pintop_a_total counter\n# EOF\n",
        "# TYPE pintop_a gauge\n# UNIT pintop_a seconds\n# EOF\n",
        "# TYPE pintop_a gauge\n# HELP pintop_a no full stop\n# EOF\n",
        "# TYPE pintop_a stateset\n# HELP pintop_a A.\npintop_a{pintop_a=\"x\"} 2\n# EOF\n",
        BUCKETS "5\npintop_a_bucket{le=\"+Inf\"} 4\n# EOF\n",
        BUCKETS "5\npintop_a_bucket{le=\"+Inf\"} 6\npintop_a_count 7\n# EOF\n",
    };
    char why[600];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (metrics_keep_rules(bad[i], why, sizeof why))
            fail_msg("taken for good: %s", bad[i]);
    metrics_check(GAUGE "pintop_a{x=\"\\\\\\\"\\n\"} 1\n# EOF\n");
}

#endif
