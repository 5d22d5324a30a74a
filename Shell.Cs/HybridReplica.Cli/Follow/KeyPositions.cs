using System.Buffers;
using System.Text;

namespace HybridReplica.Cli.Follow;

/// <summary>Which arguments of a command are keys, counted from 0 behind its name.</summary>
/// <param name="First">The first of a row of keys.</param>
/// <param name="Last">The last of that row; -1 is the last argument. Less than the first: there is no row.</param>
/// <param name="Step">How far the keys are apart.</param>
/// <param name="Count">Where a number of keys stands that follow it. Null: nowhere.</param>
/// <param name="Store">The word behind which one more key stands. Null: there is none.</param>
sealed record KeyPositions(int First, int Last, int Step = 1, int? Count = null, string? Store = null)
{
    static readonly KeyPositions FirstArgument = new(0, 0);
    static readonly KeyPositions None = new(0, -2);
    static readonly KeyPositions All = new(0, -1);
    static readonly KeyPositions FirstTwo = new(0, 1);
    static readonly KeyPositions TargetAndCounted = new(0, 0, Count: 1);
    static readonly KeyPositions Counted = new(0, -2, Count: 1);
    static readonly KeyPositions BehindSubcommand = new(1, 1);
    static readonly KeyPositions FirstAndStored = new(0, 0, Store: "STORE");

    // Only those that are not like SET. What nobody knows has its key first, as most commands of modules do.
    static readonly Dictionary<string, KeyPositions> Table = new(StringComparer.OrdinalIgnoreCase)
    {
        ["DEL"] = All,
        ["UNLINK"] = All,
        ["PFMERGE"] = All,
        ["SDIFFSTORE"] = All,
        ["SINTERSTORE"] = All,
        ["SUNIONSTORE"] = All,
        ["MSET"] = new(0, -1, Step: 2),
        ["MSETNX"] = new(0, -1, Step: 2),
        ["RENAME"] = FirstTwo,
        ["RENAMENX"] = FirstTwo,
        ["COPY"] = FirstTwo,
        ["SMOVE"] = FirstTwo,
        ["LMOVE"] = FirstTwo,
        ["BLMOVE"] = FirstTwo,
        ["RPOPLPUSH"] = FirstTwo,
        ["BRPOPLPUSH"] = FirstTwo,
        ["ZRANGESTORE"] = FirstTwo,
        ["GEOSEARCHSTORE"] = FirstTwo,
        ["BITOP"] = new(1, -1),
        ["ZUNIONSTORE"] = TargetAndCounted,
        ["ZINTERSTORE"] = TargetAndCounted,
        ["ZDIFFSTORE"] = TargetAndCounted,
        ["LMPOP"] = new(0, -2, Count: 0),
        ["ZMPOP"] = new(0, -2, Count: 0),
        ["EVAL"] = Counted,
        ["EVALSHA"] = Counted,
        ["FCALL"] = Counted,
        ["XGROUP"] = BehindSubcommand,
        ["SORT"] = FirstAndStored,
        ["GEORADIUS"] = FirstAndStored,
        ["GEORADIUSBYMEMBER"] = FirstAndStored,
        ["PUBLISH"] = None,
        ["SPUBLISH"] = None,
        ["SCRIPT"] = None,
        ["FUNCTION"] = None,
    };

    static readonly Dictionary<string, KeyPositions>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Table.GetAlternateLookup<ReadOnlySpan<char>>();

    static readonly int LongestName = Table.Keys.Max(name => name.Length);

    /// <summary>Whether the row of keys is one key, and no other argument is one.</summary>
    public bool IsOneKey => First == Last && Count is null && Store is null;

    /// <summary>Whether there are none.</summary>
    public bool IsNone => this == None;

    /// <summary>Where a command of that name has its keys.</summary>
    public static KeyPositions Of(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName)
            return FirstArgument;

        Span<char> text = stackalloc char[name.Length];
        return Ascii.ToUtf16(name, text, out _) == OperationStatus.Done && ByName.TryGetValue(text, out var found)
            ? found
            : FirstArgument;
    }
}
