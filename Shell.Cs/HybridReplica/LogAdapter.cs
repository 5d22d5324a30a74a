using System.Collections;
using HybridReplica.Core;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace HybridReplica;

/// <summary>
/// Hands the model's log events to <see cref="ILogger"/> with their number, name, level and fields intact.
/// </summary>
static partial class LogAdapter
{
    public static void Write(this ILogger logger, LogEvent entry)
    {
        var level = LevelOf(entry.Level);
        if (logger.IsEnabled(level))
            logger.Log(
                level,
                new EventId(entry.Id, entry.Name),
                new Fields(entry),
                null,
                static (f, _) => f.ToString()
            );
    }

    /// <summary>
    /// The one thing the shell has to say by itself: the model does not hear how a notification went.
    /// </summary>
    [LoggerMessage(101, LogLevel.Warning, "The supervisor could not be told: {Trouble}.")]
    public static partial void SupervisorNotTold(this ILogger logger, string trouble);

    static LogLevel LevelOf(Core.LogLevel level) =>
        level.Tag switch
        {
            Core.LogLevel.Tags.Debug => LogLevel.Debug,
            Core.LogLevel.Tags.Information => LogLevel.Information,
            Core.LogLevel.Tags.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        };

    // The shape in which loggers look for named values.
    readonly struct Fields(LogEvent entry) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        readonly IReadOnlyList<Tuple<string, string>> _fields = entry.Fields;

        public int Count => _fields.Count;

        public KeyValuePair<string, object?> this[int index] => new(_fields[index].Item1, _fields[index].Item2);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            foreach (var (name, value) in _fields)
                yield return new(name, value);
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => entry.Sentence;
    }
}
