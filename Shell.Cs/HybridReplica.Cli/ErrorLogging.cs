using System.Globalization;
using Microsoft.Extensions.Logging;

namespace HybridReplica.Cli;

/// <summary>The log of <c>--verbose</c>: one line for each entry, on standard error.</summary>
sealed class ErrorLogging : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("This log goes to standard error only.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        var time = DateTime.Now.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        Console.Error.WriteLine($"{time} {logLevel, -11} {eventId.Name, -22} {formatter(state, exception)}");
    }

    public void Dispose() { }
}
