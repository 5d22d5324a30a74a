using System.CommandLine;
using System.CommandLine.Parsing;

namespace HybridReplica.Cli;

/// <summary>What is wrong with a command line, in one sentence: of several mistakes the one that tells most.</summary>
static class Complaint
{
    /// <summary>The sentence, without a full stop. Null: nothing is wrong.</summary>
    public static string? About(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
            return null;

        // What our own parsers and validators found is about a value. The rest may only follow from it.
        if (
            parsed.Errors.FirstOrDefault(error => error.SymbolResult is ArgumentResult { Tokens.Count: > 0 }) is { } own
        )
            return own.Message.TrimEnd('.');

        var verbs = string.Join(", ", parsed.RootCommandResult.Command.Subcommands.Select(verb => verb.Name));
        var hasVerb = parsed.CommandResult != parsed.RootCommandResult;
        return parsed.UnmatchedTokens switch
        {
            [var unknown, ..] when unknown.StartsWith('-') => $"There is no option {Shown(unknown)}",
            [var unknown, ..] when hasVerb => $"There is one argument too many: {Shown(unknown)}",
            [var unknown, ..] => $"There is no verb {Shown(unknown)}, only these: {verbs}",
            _ when !hasVerb => $"A verb is missing, one of these: {verbs}",
            _ when parsed.Errors[0].SymbolResult is not OptionResult && Missing(parsed) is { } missing =>
                $"{NameOf(parsed.CommandResult)} needs {missing.Name}, and it is missing",
            _ => parsed.Errors[0].Message.TrimEnd('.'),
        };
    }

    static Argument? Missing(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 }
        );

    // A verb may be part of another one.
    static string NameOf(CommandResult verb) =>
        verb.Parent is CommandResult { Parent: not null } above
            ? $"{NameOf(above)} {verb.Command.Name}"
            : verb.Command.Name;

    /// <summary>
    /// Refuses what stands in front of a verb, for the verb that it is part of: nobody would look at it.
    /// </summary>
    public static void RefuseBefore(CommandResult verb)
    {
        var before = (verb.Parent as CommandResult)?.Children.OfType<SymbolResult>() ?? [];
        foreach (var given in before)
        {
            var text = given switch
            {
                OptionResult { Implicit: false, Option.Name: var option } => option,
                ArgumentResult { Tokens: [var token, ..] } => Shown(token.Value),
                _ => null,
            };
            if (text is not null)
                verb.AddError($"{text} does not belong in front of {verb.Command.Name}");
        }
    }

    /// <summary>Refuses a value that looks like an option: it is one that there is not.</summary>
    public static void RefuseOptions(ArgumentResult given)
    {
        if (given.Tokens.FirstOrDefault(token => token.Value is ['-', _, ..]) is { Value: var option })
            given.AddError($"There is no option {option}");
    }

    /// <summary>Reads a whole number.</summary>
    public static int ReadNumber(ArgumentResult given)
    {
        var text = given.Tokens[0].Value;
        if (!int.TryParse(text, out var number))
            given.AddError($"{(given.Parent as OptionResult)?.Option.Name} takes a whole number, and {text} is none");
        return number;
    }

    /// <summary>Reads a whole number of which the least and the most are known.</summary>
    public static long ReadNumber(ArgumentResult given, Token token, long least, long most)
    {
        if (long.TryParse(token.Value, out var number) && number >= least && number <= most)
            return number;

        var name = (given.Parent as OptionResult)?.Option.Name;
        given.AddError($"{name} takes a whole number from {least} to {most}, and {token.Value} is none");
        return 0;
    }

    // What was put in the wrong place may be a URI with a password.
    static string Shown(string token)
    {
        var start = token.IndexOf("//", StringComparison.Ordinal);
        var end = token.LastIndexOf('@');
        return end > start && end >= 0 ? token[..(start + 2)] + "…" + token[end..] : token;
    }
}
