namespace HybridReplica.Cli.Inspect.Report;

/// <summary>How exactly the names of the next parts of keys are told apart.</summary>
enum PrefixDetail
{
    /// <summary>Each name is one of its own.</summary>
    Name,

    /// <summary>Names that differ in numbers only are one: <c>user*</c>.</summary>
    Shape,

    /// <summary>All are one: <c>*</c>.</summary>
    Any,
}

/// <summary>The keys that begin alike, and how they go on.</summary>
sealed class PrefixNode : Tally
{
    /// <summary>The next part of those keys that go on, with the separator it ends in.</summary>
    public Dictionary<byte[], PrefixNode> Children { get; set; } = Nothing;

    /// <summary>How exactly names without a child of their own are told apart.</summary>
    public PrefixDetail Detail { get; set; }

    // Most nodes are leaves, and need no dictionary.
    static readonly Dictionary<byte[], PrefixNode> Nothing = new(0, BytesComparer.Instance);

    /// <summary>The child of that name, if there is one.</summary>
    public PrefixNode? Find(ReadOnlySpan<byte> name) =>
        Children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var child) ? child : null;

    /// <summary>Adds a child of a name that there was none of.</summary>
    public void Put(ReadOnlySpan<byte> name, PrefixNode child)
    {
        if (ReferenceEquals(Children, Nothing))
            Children = NoChildren();
        Children.Add(name.ToArray(), child);
    }

    /// <summary>A dictionary for children.</summary>
    public static Dictionary<byte[], PrefixNode> NoChildren() => new(BytesComparer.Instance);
}
