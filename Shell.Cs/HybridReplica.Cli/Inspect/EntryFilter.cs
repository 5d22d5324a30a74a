using System.Text;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Which keys are looked at. Where nothing is asked for, all are.</summary>
sealed class EntryFilter
{
    /// <summary>The types by the names that <see cref="RdbValueType.KindName"/> has for them.</summary>
    static readonly Dictionary<string, RdbKind> Kinds = new()
    {
        ["string"] = RdbKind.String,
        ["list"] = RdbKind.List,
        ["set"] = RdbKind.Set,
        ["zset"] = RdbKind.SortedSet,
        ["hash"] = RdbKind.Hash,
        ["stream"] = RdbKind.Stream,
        ["array"] = RdbKind.Array,
        ["module"] = RdbKind.Module,
    };

    readonly byte[][] _patterns;
    readonly RdbKind[] _kinds;
    readonly int[] _databases;

    /// <summary>A filter.</summary>
    /// <param name="patterns">One of these fits the key.</param>
    /// <param name="types">It has one of these types.</param>
    /// <param name="databases">It is in one of these databases.</param>
    /// <param name="leastBytes">It takes at least so many bytes in the snapshot.</param>
    /// <exception cref="UsageException">There is no such type.</exception>
    public EntryFilter(
        IEnumerable<string> patterns,
        IEnumerable<string> types,
        IEnumerable<int> databases,
        long leastBytes
    )
    {
        _patterns = [.. patterns.Select(Encoding.UTF8.GetBytes)];
        _kinds = [.. types.Select(Read)];
        _databases = [.. databases];
        LeastBytes = leastBytes;
    }

    /// <summary>The bytes that a key has to take in the snapshot, which is known only when it was read.</summary>
    public long LeastBytes { get; }

    /// <summary>Whether all keys are looked at.</summary>
    public bool IsOpen => _patterns.Length + _kinds.Length + _databases.Length == 0 && LeastBytes == 0;

    /// <summary>Whether a key passes, by what is known at its beginning.</summary>
    public bool Passes(RdbEvent entry) =>
        (_databases.Length == 0 || _databases.AsSpan().Contains(entry.Database))
        && (_kinds.Length == 0 || _kinds.AsSpan().Contains(entry.ValueType!.Kind))
        && (_patterns.Length == 0 || Matches(entry.Text));

    bool Matches(ReadOnlySpan<byte> key)
    {
        foreach (var pattern in _patterns)
        {
            if (Glob.Matches(pattern, key))
                return true;
        }

        return false;
    }

    static RdbKind Read(string type) =>
        Kinds.TryGetValue(type, out var kind)
            ? kind
            : throw new UsageException(
                $"There is no type {(type.Length == 0 ? "with an empty name" : type)}; "
                    + $"there are {string.Join(", ", Kinds.Keys)}"
            );
}
