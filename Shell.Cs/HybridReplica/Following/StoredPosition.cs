using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A position together with the output that belongs to it.</summary>
/// <remarks>
/// Whoever writes to a file what comes out of the stream stores both at once, and cuts the file back to that length
/// before going on: then every command is in it exactly once, whatever ended the process.
/// </remarks>
/// <param name="Position">The position. Null: nothing was dealt with yet.</param>
/// <param name="OutputLength">The length of the output up to there, in bytes. Null: there is no output.</param>
public sealed record StoredPosition(Position? Position, long? OutputLength);
