namespace HybridReplica;

/// <summary>Bytes between a thread that writes and a thread that reads: what the second of them sees.</summary>
interface IByteQueue
{
    /// <summary>How many bytes there are to read.</summary>
    long Count { get; }

    /// <summary>Takes the oldest bytes.</summary>
    /// <param name="destination">As long as what is wanted, which must be there.</param>
    /// <exception cref="IOException">They cannot be read. They are still there.</exception>
    void Read(Span<byte> destination);
}
