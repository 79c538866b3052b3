/* The command line's parsing: global options, a command's own, what becomes a property. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"

struct seen {
    const char *rate, *config;
};

static const struct cli_option own[] = {
    {"rate",   'r', "N",   "a rate"                   },
    {"config", 0,   "K=V", "hides the global --config"},
    {NULL,     0,   NULL,  NULL                       },
};

static pt_code take(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err)
{
    (void)cli, (void)err;
    struct seen *seen = args;
    *(strcmp(option, "rate") ? &seen->config : &seen->rate) = value;
    return PT_OK;
}

static const struct cli_command command = {.name = "try", .options = own, .take = take};

enum { MAX_WORDS = 16 };

/* Parse a NULL-ended list of words behind the program's name. */
static pt_code parse(struct cli *cli, const struct cli_command *cmd, struct seen *seen,
                     const char *const *words, struct pt_error *err)
{
    static char copies[MAX_WORDS][64];
    static char *argv[MAX_WORDS + 2];
    int argc = 0;
    snprintf(copies[0], sizeof copies[0], "pintop");
    argv[argc] = copies[argc];
    argc++;
    for (; *words; words++) {
        snprintf(copies[argc], sizeof copies[argc], "%s", *words);
        argv[argc] = copies[argc];
        argc++;
    }
    argv[argc] = NULL;
    memset(cli, 0, sizeof *cli);
    return options_parse(cli, cmd, seen, argc, argv, err);
}

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static void options_that_mean_properties(void **state)
{
    (void)state;
    struct cli cli;
    struct pt_error err;
    assert_int_equal(parse(&cli, NULL, NULL,
                           WORDS("-b", "h:1", "-X", "a=b=c", "--region=r", "-X", "empty="), &err),
                     PT_OK);
    assert_int_equal(cli.n_settings, 4);
    assert_string_equal(cli.settings[0], "bootstrap.servers=h:1");
    assert_string_equal(cli.settings[1], "a=b=c");
    assert_string_equal(cli.settings[2], "pintop.aws.region=r");
    assert_string_equal(cli.settings[3], "empty=");
    cli_done(&cli);
}

static void aws_s_options_become_properties(void **state)
{
    (void)state;
    struct cli cli;
    struct pt_error err;
    assert_int_equal(parse(&cli, NULL, NULL,
                           WORDS("--region=r", "--endpoint-url", "http://h", "--profile", "p"),
                           &err),
                     PT_OK);
    assert_int_equal(cli.n_settings, 3);
    assert_string_equal(cli.settings[0], "pintop.aws.region=r");
    assert_string_equal(cli.settings[1], "pintop.aws.endpoint.url=http://h");
    assert_string_equal(cli.settings[2], "pintop.aws.profile=p");
    cli_done(&cli);
}

static void first_word_ends_the_global_options(void **state)
{
    (void)state;
    struct cli cli;
    struct pt_error err;
    assert_int_equal(parse(&cli, NULL, NULL, WORDS("--ascii", "stream", "--unknown"), &err), PT_OK);
    assert_true(cli.looks.is_ascii);
    assert_int_equal(cli.n_words, 2);
    assert_string_equal(cli.words[0], "stream");
    cli_done(&cli);
}

static void command_takes_its_own_and_global_ones(void **state)
{
    (void)state;
    struct cli cli;
    struct pt_error err;
    struct seen seen = {NULL, NULL};
    assert_int_equal(
        parse(&cli, &command, &seen,
              WORDS("one", "-r", "5", "two", "-b", "h:2", "--config", "k=v", "-F", "f"), &err),
        PT_OK);
    assert_string_equal(seen.rate, "5");
    assert_string_equal(seen.config, "k=v");
    assert_int_equal(cli.n_files, 1);
    assert_string_equal(cli.files[0], "f");
    assert_int_equal(cli.n_words, 2);
    assert_string_equal(cli.words[1], "two");
    assert_int_equal(cli.n_settings, 1);
    cli_done(&cli);
}

static void start_with_and_without_a_list(void **state)
{
    (void)state;
    struct cli cli;
    struct pt_error err;
    assert_int_equal(parse(&cli, NULL, NULL, WORDS("--start"), &err), PT_OK);
    assert_true(cli.has_start);
    assert_int_equal(cli.start, PT_STREAM_ALL);
    cli_done(&cli);
    assert_int_equal(parse(&cli, NULL, NULL, WORDS("--start=user,pin"), &err), PT_OK);
    assert_int_equal(cli.start, PT_STREAM_BIT(PT_USER) | PT_STREAM_BIT(PT_PIN));
    cli_done(&cli);
}

static void refusals_name_what_was_typed(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        const char *says;
    } cases[] = {
        {{"--nope"},        "--nope: unknown"                           },
        {{"-q"},            "-q: unknown"                               },
        {{"-X"},            "--set: needs a value"                      },
        {{"-X", "novalue"}, "not KEY=VALUE"                             },
        {{"-X", "=x"},      "not KEY=VALUE"                             },
        {{"--ascii=1"},     "--ascii: takes no value"                   },
        {{"--start="},      "no stream"                                 },
        {{"--start=pin,x"}, "'x'"                                       },
        {{"--co=x"},        "ambiguous, it could be --context, --config"}
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cli cli;
        struct pt_error err;
        assert_int_equal(parse(&cli, NULL, NULL, cases[i].words, &err), PT_EUSAGE);
        assert_non_null(strstr(err.what, cases[i].says));
        cli_done(&cli);
    }
}

static void numbers(void **state)
{
    (void)state;
    struct pt_error err;
    int64_t out = 7;
    assert_int_equal(cli_parse_int("12", "--n", 1, 12, &out, &err), PT_OK);
    assert_int_equal(out, 12);
    const char *const bad[] = {"13",
                               "0",
                               "",
                               " 1",
                               "1 ",
                               "+1",
                               "0x1",
                               "1e3",
                               "9223372036854775808",
                               "-9223372036854775809"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(cli_parse_int(bad[i], "--n", 1, 12, &out, &err), PT_EUSAGE);
    }
    assert_int_equal(out, 12);
    assert_int_equal(cli_parse_int("9223372036854775807", "--n", 0, INT64_MAX, &out, &err), PT_OK);
    assert_int_equal(out, INT64_MAX);
    assert_int_equal(cli_parse_int("9007199254740991", "--n", 0, CLI_INDEX_MAX, &out, &err), PT_OK);
    assert_int_equal(cli_parse_int("9007199254740992", "--n", 0, CLI_INDEX_MAX, &out, &err),
                     PT_EUSAGE);
    assert_non_null(strstr(err.fix, "9007199254740991"));
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"10k", 10000     },
        {"2M",  2000000   },
        {"1G",  1000000000},
        {"-3k", -3000     }
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(cli_parse_int(good[i].text, "--n", -5000, INT64_MAX, &out, &err), PT_OK);
        assert_int_equal(out, good[i].value);
    }
    const char *const bad_units[] = {"k", "10kk", "10 k", "1.5k", "10x", "9223372036854775807k"};
    for (size_t i = 0; i < sizeof bad_units / sizeof bad_units[0]; i++) {
        assert_int_equal(cli_parse_int(bad_units[i], "--n", 1, INT64_MAX, &out, &err), PT_EUSAGE);
    }
}

static void seconds(void **state)
{
    (void)state;
    struct pt_error err;
    int64_t ms = 0;
    assert_int_equal(cli_parse_seconds("0.25", "--duration", &ms, &err), PT_OK);
    assert_int_equal(ms, 250);
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"30s",    30000   },
        {"500ms",  500     },
        {"1.5m",   90000   },
        {"1h30m",  5400000 },
        {"1m0.5s", 60500   },
        {"5min",   300000  },
        {"2h",     7200000 },
        {"1d",     86400000},
        {"0.25",   250     }
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(cli_parse_seconds(good[i].text, "--duration", &ms, &err), PT_OK);
        assert_int_equal(ms, good[i].ms);
    }
    const char *const bad[] = {"0",      "-1",  "nan",  "inf",   "1x", "",    " 1",  "1e99",
                               "0.0001", "1e3", "0x10", "1.2.3", "s",  "1 s", "400d"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(cli_parse_seconds(bad[i], "--duration", &ms, &err), PT_EUSAGE);
    }
    assert_int_equal(ms, 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_that_mean_properties),
        cmocka_unit_test(aws_s_options_become_properties),
        cmocka_unit_test(first_word_ends_the_global_options),
        cmocka_unit_test(command_takes_its_own_and_global_ones),
        cmocka_unit_test(start_with_and_without_a_list),
        cmocka_unit_test(refusals_name_what_was_typed),
        cmocka_unit_test(numbers),
        cmocka_unit_test(seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
