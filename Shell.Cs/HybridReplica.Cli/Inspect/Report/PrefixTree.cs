namespace HybridReplica.Cli.Inspect.Report;

/// <summary>
/// Counts keys by how they begin, part by part, in bounded memory. Where keys go on in too many ways, the small ones of
/// these are put together, first those that differ in numbers only, then all. What has a name of its own is counted in
/// full, from the first key on; <c>*</c> is everything beside it.
/// </summary>
/// <param name="separators">The characters that divide keys.</param>
/// <param name="mostNodes">How many different beginnings are kept in all.</param>
/// <param name="mostChildren">In how many ways keys may go on before these are put together.</param>
sealed class PrefixTree(string separators, int mostNodes = 32 * 1024, int mostChildren = 1024)
{
    /// <summary>How many parts of a key are looked at.</summary>
    public const int Depth = 6;

    // Of those that go on in too many ways, one in so many may keep its name, if it is one hundredth of them.
    const int ShareKept = 4;
    const int LeastPart = 100;

    // What is one tenth of all that is beside it is named even if it could be put together.
    const int LargePart = 10;

    readonly PrefixNames _names = new(separators);
    int _mostChildren = mostChildren;

    /// <summary>All keys.</summary>
    public PrefixNode Root { get; } = new();

    /// <summary>How many different beginnings are kept.</summary>
    public int Nodes { get; private set; }

    /// <summary>Counts a key.</summary>
    /// <param name="key">The key, or its beginning.</param>
    /// <param name="isCut">Whether it is longer.</param>
    /// <param name="bytes">Its bytes in the snapshot.</param>
    public void Add(ReadOnlySpan<byte> key, bool isCut, long bytes)
    {
        PrefixNode? grown = null;
        var node = Root;
        node.Add(bytes);
        for (var depth = 0; depth < Depth && !key.IsEmpty; depth++)
        {
            var part = _names.FirstPart(key);
            key = key[part.Length..];
            var child = Child(node, part, isCut && key.IsEmpty, out var isNew);
            if (isNew)
                grown ??= node;
            node = child;
            node.Add(bytes);
        }

        if (grown?.Children.Count > _mostChildren)
            Reduce(grown);
        if (Nodes > mostNodes)
            ReduceEverywhere();
    }

    /// <summary>
    /// Puts together what differs in numbers only, wherever there is more than can be shown: the last thing to be done.
    /// </summary>
    /// <param name="most">How many can be shown.</param>
    public void Settle(int most) => Settle(Root, most);

    void Settle(PrefixNode node, int most)
    {
        if (node.Detail == PrefixDetail.Name && node.Children.Count > most)
            ReduceToShapes(node);
        foreach (var child in node.Children.Values)
            Settle(child, most);
    }

    // What is alone in its shape keeps its name, and so does what is large.
    void ReduceToShapes(PrefixNode node)
    {
        var alone = node
            .Children.Keys.GroupBy(ShapeOf, BytesComparer.Instance)
            .Where(group => group.Count() == 1)
            .SelectMany(group => group)
            .ToHashSet(BytesComparer.Instance);
        var children = node.Children;
        node.Detail = PrefixDetail.Shape;
        Reduce(node, name => alone.Contains(name) || children[name].Bytes >= node.Bytes / LargePart);
    }

    byte[] ShapeOf(byte[] name) =>
        _names.Less(name, PrefixDetail.Shape, stackalloc byte[PrefixNames.Longest]).ToArray();

    PrefixNode Child(PrefixNode node, ReadOnlySpan<byte> part, bool isCut, out bool isNew)
    {
        Span<byte> room = stackalloc byte[PrefixNames.Longest];
        Span<byte> less = stackalloc byte[PrefixNames.Longest];
        // Nobody knows the name of a part that is cut.
        var name = isCut ? "*"u8 : _names.NameOf(part, room);
        var found = Find(node, name, less, out var put);
        isNew = found is null;
        if (found is not null)
            return found;

        var child = new PrefixNode();
        node.Put(put, child);
        Nodes++;
        return child;
    }

    // The child that keys of this name belong to, or the name that one has to be made with.
    PrefixNode? Find(PrefixNode node, ReadOnlySpan<byte> name, Span<byte> room, out ReadOnlySpan<byte> put)
    {
        put = name;
        for (var detail = PrefixDetail.Name; detail <= node.Detail; detail++)
        {
            put = _names.Less(name, detail, room);
            if (node.Find(put) is { } found)
                return found;
        }

        return null;
    }

    // Puts small children together.
    void Reduce(PrefixNode node)
    {
        do
        {
            node.Detail = Next(node.Detail);
            var kept = Largest(node);
            Reduce(node, kept.Contains);
        } while (node.Children.Count > _mostChildren && node.Detail < PrefixDetail.Any);
    }

    void Reduce(PrefixNode node, Func<byte[], bool> keeps)
    {
        var children = node.Children;
        node.Children = PrefixNode.NoChildren();
        foreach (var (name, child) in children.Where(child => keeps(child.Key)))
            node.Put(name, child);
        foreach (var (name, child) in children.Where(child => !keeps(child.Key)))
            Put(node, name, child);
    }

    HashSet<byte[]> Largest(PrefixNode node) =>
        node
            .Children.Where(child => IsPart(child.Value, node))
            .OrderByDescending(child => child.Value.Bytes)
            .Take(_mostChildren / ShareKept)
            .Select(child => child.Key)
            .ToHashSet(BytesComparer.Instance);

    void Put(PrefixNode node, ReadOnlySpan<byte> name, PrefixNode child)
    {
        Span<byte> room = stackalloc byte[PrefixNames.Longest];
        if (Find(node, name, room, out var put) is { } found)
            Merge(found, child);
        else
            node.Put(put, child);
    }

    void Merge(PrefixNode node, PrefixNode other)
    {
        Nodes--;
        node.Add(other);
        // What the other one has no name for may be among what it put together, and then a name would tell too little.
        if (other.Detail != PrefixDetail.Name)
        {
            node.Detail = Larger(node.Detail, other.Detail);
            Reduce(node, other.Children.ContainsKey);
        }

        foreach (var (name, child) in other.Children)
            Put(node, name, child);
        if (node.Children.Count > _mostChildren)
            Reduce(node);
    }

    static PrefixDetail Next(PrefixDetail detail) =>
        detail == PrefixDetail.Name ? PrefixDetail.Shape : PrefixDetail.Any;

    static PrefixDetail Larger(PrefixDetail left, PrefixDetail right) => left > right ? left : right;

    // There is no room: nothing is told apart any more that is too small to be shown. Twice is enough, unless there are
    // many separators, or somebody has thought hard about it.
    void ReduceEverywhere()
    {
        for (var times = PrefixDetail.Name; times < PrefixDetail.Any && Nodes > mostNodes / 2; times++)
            ReduceSmall(Root);
        while (Nodes > mostNodes / 2 && _mostChildren > 1)
        {
            _mostChildren /= 2;
            ReduceLarge(Root);
        }
    }

    // From above: children that become one have their own children compared afterwards.
    void ReduceSmall(PrefixNode node)
    {
        if (node.Children.Count > 1)
        {
            node.Detail = Next(node.Detail);
            var children = node.Children;
            Reduce(node, name => IsPart(children[name], Root));
        }

        foreach (var child in node.Children.Values)
            ReduceSmall(child);
    }

    void ReduceLarge(PrefixNode node)
    {
        foreach (var child in node.Children.Values)
            ReduceLarge(child);
        if (node.Children.Count > _mostChildren)
            Reduce(node);
    }

    static bool IsPart(PrefixNode node, PrefixNode all) =>
        node.Keys >= all.Keys / LeastPart || node.Bytes >= all.Bytes / LeastPart;
}
