namespace HybridReplica.Cli.Inspect.Report;

/// <summary>The beginning of a key, kept while its value is read. A report looks at no more of it.</summary>
sealed class KeyBuffer
{
    /// <summary>How many bytes of a key are kept.</summary>
    public const int Most = 1024;

    readonly byte[] _bytes = new byte[Most];
    int _length;

    /// <summary>What is kept.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Whether the key is longer.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Keeps another key instead.</summary>
    public void Set(ReadOnlySpan<byte> key)
    {
        IsCut = key.Length > Most;
        _length = Math.Min(key.Length, Most);
        key[.._length].CopyTo(_bytes);
    }
}
