using System.Buffers.Text;
using System.Text;

namespace HybridReplica.Cli.Follow;

/// <summary>Which commands are written. What moves or removes whole databases concerns every key in them.</summary>
sealed class CommandFilter
{
    readonly byte[][] _patterns;
    readonly byte[][] _names;
    readonly int[] _databases;

    /// <summary>A filter; where nothing is asked for, everything passes.</summary>
    /// <param name="patterns">One of these fits one of the keys.</param>
    /// <param name="names">The command has one of these names.</param>
    /// <param name="databases">It applies to one of these databases.</param>
    public CommandFilter(IEnumerable<string> patterns, IEnumerable<string> names, IEnumerable<int> databases)
    {
        _patterns = [.. patterns.Select(Encoding.UTF8.GetBytes)];
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _databases = [.. databases];
    }

    /// <summary>Whether everything passes.</summary>
    public bool IsOpen => _patterns.Length + _names.Length + _databases.Length == 0;

    /// <summary>Whether a command passes.</summary>
    public bool Passes(CommandReceived command)
    {
        var name = command.Name.Span;
        var database =
            Destination(command, name) is { } other && _databases.AsSpan().Contains(other) ? other : command.Database;
        if (PassesByName(database, name) is { } decided)
            return decided;
        return MatchesKeys(KeyPositions.Of(name), command);
    }

    // The other database that changes with a command: where MOVE moves a key to, or COPY copies it.
    static int? Destination(CommandReceived command, ReadOnlySpan<byte> name)
    {
        if (Is(name, "MOVE"))
            return Number(command, 1);
        if (!Is(name, "COPY"))
            return null;

        for (var index = 2; index < command.ArgumentCount - 1; index++)
        {
            if (Is(command.Argument(index).Span, "DB"))
                return Number(command, index + 1);
        }

        return null;
    }

    static int? Number(CommandReceived command, int index) =>
        index < command.ArgumentCount
        && Utf8Parser.TryParse(command.Argument(index).Span, out int number, out var length)
        && length == command.Argument(index).Length
            ? number
            : null;

    /// <summary>What the name and the database say. Null: the keys decide.</summary>
    public bool? PassesByName(int? database, ReadOnlySpan<byte> name)
    {
        if (_names.Length > 0 && !HasName(name))
            return false;
        // Both databases change, or all of them.
        if (Is(name, "FLUSHALL") || Is(name, "SWAPDB"))
            return true;
        if (_databases.Length > 0 && !(database is { } known && _databases.AsSpan().Contains(known)))
            return false;
        if (_patterns.Length == 0 || Is(name, "FLUSHDB"))
            return true;
        return KeyPositions.Of(name).IsNone ? false : null;
    }

    /// <summary>Whether a key passes.</summary>
    public bool MatchesKey(ReadOnlySpan<byte> key)
    {
        foreach (var pattern in _patterns)
        {
            if (Glob.Matches(pattern, key))
                return true;
        }

        return false;
    }

    bool MatchesKeys(KeyPositions keys, CommandReceived command)
    {
        var last = keys.Last == -1 ? command.ArgumentCount - 1 : Math.Min(keys.Last, command.ArgumentCount - 1);
        return MatchesRow(command, keys.First, last, keys.Step)
            || (keys.Count is { } at && MatchesRow(command, at + 1, EndOfCounted(command, at), step: 1))
            || (keys.Store is { } word && MatchesStored(command, word));
    }

    bool MatchesRow(CommandReceived command, int first, int last, int step)
    {
        for (var index = first; index <= last; index += step)
        {
            if (MatchesKey(command.Argument(index).Span))
                return true;
        }

        return false;
    }

    static int EndOfCounted(CommandReceived command, int at) =>
        at < command.ArgumentCount && Utf8Parser.TryParse(command.Argument(at).Span, out int count, out _)
            ? (int)Math.Min(at + (long)count, command.ArgumentCount - 1)
            : at;

    bool MatchesStored(CommandReceived command, string word)
    {
        // STORE, and STOREDIST of the commands for places.
        for (var index = 1; index < command.ArgumentCount - 1; index++)
        {
            var argument = command.Argument(index).Span;
            if ((Is(argument, word) || Is(argument, "STOREDIST")) && MatchesKey(command.Argument(index + 1).Span))
                return true;
        }

        return false;
    }

    bool HasName(ReadOnlySpan<byte> name)
    {
        foreach (var wanted in _names)
        {
            if (Ascii.EqualsIgnoreCase(name, wanted))
                return true;
        }

        return false;
    }

    static bool Is(ReadOnlySpan<byte> name, string word) => Ascii.EqualsIgnoreCase(name, word);
}
